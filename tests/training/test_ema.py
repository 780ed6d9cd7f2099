"""The moving average of weights, against its definition."""

import numpy as np
import pytest

from cgan.backend.setup import load_jittor
from cgan.training.ema import Average

jt = load_jittor()


class Network(jt.nn.Module):
    """A weight and a BatchNorm."""

    def __init__(self):
        self.weight = jt.zeros((2, 3))
        self.norm = jt.nn.BatchNorm1d(3)


def test_it_is_the_exponential_average_of_weights_and_statistics():
    network = Network()
    average = Average(network, decay=0.9)
    assert set(average.tensors) == set(network.state_dict())
    expected = {name: value.numpy().copy() for name, value in network.state_dict().items()}
    rng = np.random.default_rng(0)
    for step in range(1, 200):
        for name, value in network.state_dict().items():
            value.update(jt.array(rng.standard_normal(value.shape).astype(np.float32)))
            decay = min(0.9, step / (step + 10))
            expected[name] = decay * expected[name] + (1 - decay) * value.numpy()
        average.update(step)
    for name, tensor in average.tensors.items():
        assert tensor.dtype == np.float32
        np.testing.assert_allclose(tensor, expected[name], atol=1e-5, err_msg=name)


def test_the_beginning_is_soon_forgotten():
    network = Network()
    network.weight.update(jt.ones((2, 3)) * 1000)
    average = Average(network, decay=0.9999)
    network.weight.update(jt.zeros((2, 3)))
    for step in range(1, 101):
        average.update(step)
    assert average.tensors["weight"].max() < 1e-6


def test_the_networks_own_tensors_stay_as_they_are():
    network = Network()
    average = Average(network, decay=0.5)
    network.weight.update(jt.ones((2, 3)))
    average.update(1)
    np.testing.assert_array_equal(network.weight.numpy(), 1)
    assert average.tensors["weight"] == pytest.approx(10 / 11)
