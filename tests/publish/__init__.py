"""Tests of `cgan.publish`."""
