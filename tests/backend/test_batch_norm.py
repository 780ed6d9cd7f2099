"""BatchNorm in one process; tests/training/test_follow.py has it in several."""

import numpy as np

from cgan.backend.batch_norm import BatchNorm, jt, remembering


class Network(jt.nn.Module):
    """What has BatchNorm after a linear layer."""

    def __init__(self):
        super().__init__()
        self.linear = jt.nn.Linear(3, 4)
        self.norm = BatchNorm(4)

    def execute(self, x):
        return self.norm(self.linear(x))


def test_remembering_uses_and_keeps_what_is_remembered_and_has_gradients():
    rng = np.random.default_rng(0)
    network = Network()
    network.train()
    network(jt.array(rng.normal(2, 3, (20, 3)).astype(np.float32))).sync()
    kept = network.norm.running_mean.numpy(), network.norm.running_var.numpy()
    other = jt.array(rng.normal(0, 1, (5, 3)).astype(np.float32))
    with remembering(network):
        got = network(other)
    gradient = jt.grad(got.sqr().sum(), network.linear.weight).numpy()
    mean, variance = kept
    features = network.linear(other).numpy()
    np.testing.assert_allclose(
        got.numpy(), (features - mean) / np.sqrt(variance + network.norm.eps), atol=1e-5
    )
    assert np.abs(gradient).max() > 0.1
    now = network.norm.running_mean.numpy(), network.norm.running_var.numpy()
    np.testing.assert_array_equal(now, kept)
    # Afterwards the batch's own count again.
    assert abs(network(other).numpy().mean()) < 1e-5
