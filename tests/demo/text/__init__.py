"""Tests of `demo.text`."""
