"""Tests; they mirror the modules of `cgan` and `demo`."""

import pytest

pytest.register_assert_rewrite("tests.browser")
