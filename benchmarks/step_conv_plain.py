"""Worker: the training step of `--arch conv` with Jittor's own layers, channels first."""

import os

import numpy as np
from rounds import device, serve

from cgan.backend.setup import load_jittor

jt = load_jittor(device(), int(os.environ["OMP_NUM_THREADS"]))

from cgan.backend.spectral import SpectralNorm  # noqa: E402  (needs Jittor, set up above)
from cgan.training.ema import Average  # noqa: E402
from cgan.training.losses import LOSSES  # noqa: E402

BATCH_SIZE = 128
nn = jt.nn


class Generator(nn.Module):
    """The convolutional generator of the usual widths."""

    def __init__(self) -> None:
        super().__init__()
        self.label_emb = nn.Embedding(10, 10)
        self.linear = nn.Linear(110, 128 * 16)
        layers = []
        for source, target in ((128, 64), (64, 32), (32, 1)):
            layers += [
                nn.BatchNorm2d(source),
                nn.ReLU(),
                nn.ConvTranspose(source, target, 4, stride=2, padding=1, bias=target == 1),
            ]
        self.model = nn.Sequential(*layers, nn.Tanh())

    def execute(self, z: jt.Var, labels: jt.Var) -> jt.Var:
        """Generate images."""
        x = self.linear(jt.concat((self.label_emb(labels), z), dim=1))
        return self.model(x.view((-1, 128, 4, 4)))


class Discriminator(nn.Module):
    """The projection discriminator of the usual widths."""

    def __init__(self) -> None:
        super().__init__()
        convs = [nn.Conv(*pair, 4) for pair in ((1, 32), (32, 64), (64, 128))]
        self.weights = nn.ModuleList([SpectralNorm(conv.weight) for conv in convs])
        self.biases = nn.ParameterList([conv.bias for conv in convs])
        self.linear = SpectralNorm(nn.Linear(128 * 16, 1).weight)
        self.embedding = SpectralNorm(jt.randn((10, 128 * 16)))
        self.bias = jt.zeros(1)

    def execute(self, x: jt.Var, labels: jt.Var) -> jt.Var:
        """Score images."""
        for index in range(3):
            weight, bias = self.weights[index](), self.biases[index]
            x = nn.leaky_relu(nn.conv2d(x, weight, bias, stride=2, padding=1), 0.2)
        x = x.view((x.shape[0], -1))
        return (x * (self.linear() + self.embedding()[labels])).sum(1, keepdims=True) + self.bias


images = np.random.uniform(-1, 1, (6400, 1, 32, 32)).astype(np.float32)
labels = np.random.randint(0, 10, 6400).astype(np.int32)
generator, discriminator = Generator(), Discriminator()
spectral_norms = [part for part in discriminator.modules() if isinstance(part, SpectralNorm)]
optimizer_g = jt.nn.Adam(generator.parameters(), lr=0.0004, betas=(0.0, 0.999))
optimizer_d = jt.nn.Adam(discriminator.parameters(), lr=0.0004, betas=(0.0, 0.999))
average = Average(generator, 0.999)
loss = LOSSES["hinge"]
position = steps = 0


def step() -> None:
    """Train G on fresh latents and labels, then D on real images and the same fakes."""
    global position, steps
    batch = slice(position, position + BATCH_SIZE)
    position, steps = (position + BATCH_SIZE) % len(images), steps + 1
    real_images, real_labels = jt.array(images[batch]), jt.array(labels[batch])
    z = jt.array(np.random.standard_normal((BATCH_SIZE, 100)).astype(np.float32))
    fake_labels = jt.array(np.random.randint(0, 10, BATCH_SIZE).astype(np.int32))
    for part in spectral_norms:
        part.iterate()

    fake_images = generator(z, fake_labels)
    g_loss = loss.generator(discriminator(fake_images, fake_labels))
    optimizer_g.step(g_loss)

    real_loss = loss.discriminator(discriminator(real_images, real_labels), True)
    fake_loss = loss.discriminator(discriminator(fake_images.detach(), fake_labels), False)
    d_loss = (real_loss + fake_loss) / 2
    optimizer_d.step(d_loss)
    average.update(steps)
    g_loss.item(), d_loss.item()  # as ours does, which watches for NaN


serve(step, lambda: jt.sync_all(True))
