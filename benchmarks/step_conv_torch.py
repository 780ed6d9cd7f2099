"""Worker: the training step of `--arch conv` in PyTorch, channels last, with its fused Adam.

`python step_conv_torch.py compile` uses its compiler, `cuda` the GPU, which has the data from the
beginning.
"""

import os
import sys

import numpy as np
import torch
from rounds import device, serve
from torch import nn
from torch.nn.functional import leaky_relu, relu
from torch.nn.utils.parametrizations import spectral_norm

BATCH_SIZE = 128
DEVICE = device()
DECAY = 0.999

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


class Generator(nn.Module):
    """The convolutional generator of the usual widths."""

    def __init__(self) -> None:
        super().__init__()
        self.label_emb = nn.Embedding(10, 10)
        self.linear = nn.Linear(110, 128 * 16)
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for width in (128, 64, 32))
        self.ups = nn.ModuleList(
            nn.ConvTranspose2d(*pair, 4, stride=2, padding=1, bias=pair[1] == 1)
            for pair in ((128, 64), (64, 32), (32, 1))
        )

    def forward(self, z: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Generate images."""
        x = self.linear(torch.cat((self.label_emb(labels), z), 1)).view(-1, 4, 4, 128)
        x = x.permute(0, 3, 1, 2)  # channels last in memory
        for norm, up in zip(self.norms, self.ups, strict=True):
            x = up(relu(norm(x)))
        return torch.tanh(x)


class Discriminator(nn.Module):
    """The projection discriminator of the usual widths."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList(
            spectral_norm(nn.Conv2d(*pair, 4, stride=2, padding=1))
            for pair in ((1, 32), (32, 64), (64, 128))
        )
        self.linear = spectral_norm(nn.Linear(128 * 16, 1))
        self.embedding = spectral_norm(nn.Embedding(10, 128 * 16))

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Score images."""
        for conv in self.convs:
            x = leaky_relu(conv(x), 0.2)
        x = x.permute(0, 2, 3, 1).flatten(1)
        return self.linear(x) + (x * self.embedding(labels)).sum(1, keepdim=True)


images = torch.from_numpy(np.random.uniform(-1, 1, (6400, 1, 32, 32)).astype(np.float32))
images = images.to(DEVICE)
labels = torch.from_numpy(np.random.randint(0, 10, 6400)).to(DEVICE)
generator, discriminator = (
    network.to(DEVICE, memory_format=torch.channels_last)
    for network in (Generator(), Discriminator())
)
if "compile" in sys.argv[1:]:
    generator, discriminator = torch.compile(generator), torch.compile(discriminator)
settings = {"lr": 0.0004, "betas": (0.0, 0.999), "fused": True}
optimizer_g = torch.optim.Adam(generator.parameters(), **settings)
optimizer_d = torch.optim.Adam(discriminator.parameters(), **settings)
averages = [tensor.clone().float() for tensor in generator.state_dict().values()]
position = 0


def step() -> None:
    """Train G on fresh latents and labels, then D on real images and the same fakes."""
    global position
    batch = slice(position, position + BATCH_SIZE)
    position = (position + BATCH_SIZE) % len(images)
    z = torch.randn(BATCH_SIZE, 100, device=DEVICE)
    fake_labels = torch.randint(0, 10, (BATCH_SIZE,), device=DEVICE)

    optimizer_g.zero_grad()
    fake_images = generator(z, fake_labels)
    discriminator.requires_grad_(False)
    g_loss = -discriminator(fake_images, fake_labels).mean()
    discriminator.requires_grad_(True)
    g_loss.backward()
    optimizer_g.step()

    optimizer_d.zero_grad()
    real_loss = relu(1 - discriminator(images[batch], labels[batch])).mean()
    fake_loss = relu(1 + discriminator(fake_images.detach(), fake_labels)).mean()
    d_loss = (real_loss + fake_loss) / 2
    d_loss.backward()
    optimizer_d.step()
    tensors = [tensor.float() for tensor in generator.state_dict().values()]
    torch._foreach_lerp_(averages, tensors, 1 - DECAY)
    g_loss.item(), d_loss.item()  # as ours does, which watches for NaN


serve(step, torch.cuda.synchronize if DEVICE == "cuda" else lambda: None)
