"""Tests of `cgan.training`."""
