"""What the demo's tests share."""

import pytest

from demo.models import Model


@pytest.fixture(scope="session")
def tiny_model(reading_sampler):
    return Model(reading_sampler)
