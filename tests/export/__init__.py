"""Tests of `cgan.export`."""
