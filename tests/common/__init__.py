"""Tests of `cgan.common`."""
