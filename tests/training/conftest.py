"""Data and a classifier that several files' tests compare what is drawn with."""

import pytest

from cgan.data import datasets


@pytest.fixture(scope="package")
def digits():
    return datasets.load("digits", None, 8)


@pytest.fixture(scope="package")
def coach(digits):
    from cgan.evaluation.classifier import COACH, fit  # imports Jittor, which quick tests must not

    return fit(digits, 10, COACH)
