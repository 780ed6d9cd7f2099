"""Tests of `demo.serve`."""
