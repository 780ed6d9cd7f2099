"""Tests of `demo.page`."""
