"""Tests of `cgan.backend`."""
