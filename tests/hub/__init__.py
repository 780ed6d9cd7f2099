"""Tests of `cgan.hub`."""
