"""Tests of `cgan.commands`."""
