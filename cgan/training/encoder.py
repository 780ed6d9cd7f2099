"""Train the encoder (`cgan.model.encoder`) of a finished generator. Imports Jittor.

The generator G stays as it is. Each step takes as many latents z as real images x:

    loss = |E(G(z, y), y) - z|^2                        the latent is found again
         + 4 |G(E(x, y), y) - x|^2                      the digit is drawn again, real or generated
         + 0.1 max(0, mean of E(x, y)^2 - 1)            and its latent is one that G was trained on

with means over numbers and images in place of sums. Half of the latents z are standard normal, and
half are those that E found for the real images of the step before, with random labels: so E is
consistent on the latents that it finds, too, and a hand survives from one digit to the next.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cgan.backend import adam, compat, openmp
from cgan.backend.setup import load_jittor
from cgan.data.datasets import Dataset
from cgan.evaluation import network_cache
from cgan.model import registry
from cgan.model.config import GeneratorConfig
from cgan.model.encoder import CHANNELS, FEATURES, KERNELS, fold, shapes
from cgan.model.layers import BATCH_NORM_EPS, Tensors
from cgan.model.weights import fingerprint
from cgan.training import networks, randomness
from cgan.training.options import TrainingOptions
from cgan.training.progress import duration

jt = load_jittor()
nn = jt.nn

_LEARNING_RATE = 2e-3
_BETAS = (0.9, 0.999)
_PIXELS_WEIGHT = 4.0
_LENGTH_WEIGHT = 0.1

# After which steps it is told how far training is: early, how long it will take, and then now and
# again.
_FIRST_TOLD, _STEPS_BETWEEN = 50, 500

# As for classifiers: the last bits of the weights depend on the number of threads, so it is always
# the same.
_THREADS = 1

# Part of the cache's key. Raise it when `trained` would give other weights for the same generator,
# data and settings.
VERSION = 1


@dataclass(frozen=True)
class EncoderSettings:
    """How to train an encoder.

    The same settings, generator and data give the same weights, bit for bit, on one machine.

    Attributes:
        steps: number of steps.
        seed: of the initial weights, the latents, and the order of the images.
        batch: real images in a step, and as many generated ones.
    """

    steps: int
    seed: int
    batch: int = 128


def trained(
    config: GeneratorConfig,
    generator: Tensors,
    data: Dataset,
    settings: EncoderSettings,
    say: Callable[[str], None] = lambda _: None,
    check: Callable[[], None] = lambda: None,
) -> Tensors:
    """Return an encoder's tensors, as they are published; from the cache, or newly trained.

    Args:
        config: of the generator.
        generator: its tensors, at least; they stay as they are.
        data: what it was trained on.
        settings: how to train.
        say: called with messages about the progress.
        check: called after each step; an exception that it raises stops the training.
    """
    its_own = {name: generator[name] for name in registry.of(config).shapes(config)}
    key = asdict(settings) | {
        "kind": "encoder",
        "version": VERSION,
        "generator": fingerprint(its_own),
        "jittor": jt.__version__,
        "cuda": int(jt.flags.use_cuda),
        "onednn": compat.has_onednn(jt),
    }
    path = network_cache.path(data.checksum(), key)
    found = network_cache.load(path, shapes(config), "encoder")
    if found is None:
        say(f"Training the encoder on {data.describe()} (once; kept in {path.parent}).")
        found = fit(config, its_own, data, settings, say, check)
        network_cache.save(path, found, "encoder")
    return found


def fit(
    config: GeneratorConfig,
    generator: Tensors,
    data: Dataset,
    settings: EncoderSettings,
    say: Callable[[str], None] = lambda _: None,
    check: Callable[[], None] = lambda: None,
) -> Tensors:
    """Train an encoder; the arguments are those of `trained`."""
    draw = _frozen(config, generator)
    count = min(settings.batch, len(data.labels))
    network = _Network(config)
    network.load_parameters(_initial_tensors(network, settings.seed))
    network.train()
    optimiser = adam.Adam(network.parameters(), _LEARNING_RATE, _BETAS)
    previous = np.empty((0, config.latent_dim), np.float32)
    with openmp.threads(_THREADS):
        for step in range(settings.steps):
            indices, z, drawn = randomness.encoder_draws(
                settings.seed, step, count, len(data.labels), config.latent_dim, config.n_classes
            )
            again = previous[: count // 2]
            z[: len(again)] = again
            optimiser.lr = _LEARNING_RATE * (1 - step / settings.steps)
            loss, previous = _step(network, draw, optimiser, z, drawn, data.part(indices))
            if step == 0:  # it compiles operators, and says nothing about the others
                begin = time.monotonic()
            done = step + 1
            if done == _FIRST_TOLD or done % _STEPS_BETWEEN == 0:
                seconds = (settings.steps - done) * (time.monotonic() - begin) / step
                left = f", {duration(seconds)} left" if done < settings.steps else ""
                say(f"Encoder: step {done:,} of {settings.steps:,}, loss {loss:.3f}{left}.")
            check()
        tensors = {name: value.copy() for name, value in network.state_dict(to="numpy").items()}
    return fold(tensors)


def _step(
    network: Any,
    draw: Any,
    optimiser: adam.Adam,
    z: NDArray[np.float32],
    drawn: NDArray[np.int32],
    real: Dataset,
) -> tuple[float, NDArray[np.float32]]:
    """Do a step; return the loss and the latents that E found for the real images."""
    wanted, count = jt.array(z), len(z)
    with jt.no_grad():
        generated = draw(wanted, jt.array(drawn))
    images = jt.concat((generated.detach(), jt.array(real.images)), dim=0)
    labels = jt.array(np.concatenate((drawn, real.labels)))
    found = network(images, labels)
    loss = (
        ((found[:count] - wanted) ** 2).mean()
        + _PIXELS_WEIGHT * ((draw(found, labels) - images) ** 2).mean()
        + _LENGTH_WEIGHT * jt.maximum((found**2).mean() - 1, 0)
    )
    latents: NDArray[np.float32] = found[count:].numpy()
    optimiser.step(loss)
    return loss.item(), latents


def _frozen(config: GeneratorConfig, tensors: Tensors) -> Any:
    """Return the generator in evaluation mode, through which gradients flow, but don't stay."""
    generator, _ = networks.make(config, TrainingOptions(arch=config.architecture))
    # Copies: `load_parameters` may share memory.
    generator.load_parameters({name: np.array(tensor) for name, tensor in tensors.items()})
    generator.eval()
    for parameter in generator.parameters():
        parameter.stop_grad()
    return generator


class _Network(nn.Module):  # type: ignore[misc, name-defined]
    """The encoder, with BatchNorm after each convolution."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        source, size = config.channels, config.img_size
        for index, (target, kernel) in enumerate(zip(CHANNELS, KERNELS, strict=True), start=1):
            layer = nn.Conv(source, target, kernel, stride=2, padding=kernel // 2, bias=False)
            setattr(self, f"conv{index}", layer)
            setattr(self, f"norm{index}", nn.BatchNorm(target, BATCH_NORM_EPS))
            source, size = target, (size + 1) // 2
        self.hidden = nn.Linear(source * size * size, FEATURES, bias=False)
        self.gains = jt.ones((config.n_classes, FEATURES))
        self.biases = jt.zeros((config.n_classes, FEATURES))
        self.output = nn.Linear(FEATURES, config.latent_dim)

    def execute(self, images: Any, labels: Any) -> Any:
        """(N, C, H, W) float32, (N,) int32 -> (N, latent_dim) float32."""
        x = images
        for convolution, norm in (
            (self.conv1, self.norm1),
            (self.conv2, self.norm2),
            (self.conv3, self.norm3),
        ):
            x = nn.relu(norm(convolution(x)))
        features = self.hidden(x.view((x.shape[0], -1)))
        return self.output(nn.relu(features * self.gains[labels] + self.biases[labels]))


def _initial_tensors(network: _Network, seed: int) -> Tensors:
    """Return uniform weights within 1 / sqrt(inputs); the rest keeps its ones and zeros.

    The random numbers come from NumPy, so that Jittor's generator stays as it is.
    """
    rng = randomness.encoder_initialisation(seed)
    tensors = {}
    for name, value in sorted(network.state_dict(to="numpy").items()):
        if name.endswith(".weight") and value.ndim > 1:
            bound = 1 / np.sqrt(np.prod(value.shape[1:]))
            value = rng.uniform(-bound, bound, value.shape)
        elif name == "output.bias":
            value = np.zeros(value.shape)
        tensors[name] = value.astype(np.float32)
    return tensors
