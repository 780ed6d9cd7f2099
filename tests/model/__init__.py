"""Tests of `cgan.model`."""
