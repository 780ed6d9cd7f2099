"""Tests of `cgan.model.architectures`."""
