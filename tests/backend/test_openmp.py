"""The number of threads that operators use."""

import ctypes

import pytest

from cgan.backend import openmp

LIBRARY = ctypes.CDLL("libgomp.so.1")


def test_the_number_holds_in_the_block_only():
    before = LIBRARY.omp_get_max_threads()
    with openmp.threads(before + 3):
        assert LIBRARY.omp_get_max_threads() == before + 3
    assert LIBRARY.omp_get_max_threads() == before


def test_an_error_puts_it_back_as_well():
    before = LIBRARY.omp_get_max_threads()
    with pytest.raises(KeyError), openmp.threads(before + 1):
        raise KeyError
    assert LIBRARY.omp_get_max_threads() == before


def test_without_the_library_nothing_is_changed(monkeypatch):
    def missing(name):
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", missing)
    before = LIBRARY.omp_get_max_threads()
    with openmp.threads(before + 1):
        assert LIBRARY.omp_get_max_threads() == before
