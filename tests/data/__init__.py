"""Tests of `cgan.data`."""
