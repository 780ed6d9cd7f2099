"""Tests; they mirror the modules of `cgan`."""
