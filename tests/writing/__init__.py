"""Tests of `cgan.writing`."""
