"""Tests of `cgan.evaluation`."""
