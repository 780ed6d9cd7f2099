"""Worker: the same training step in PyTorch.

`python step_torch.py fused` uses its fused Adam, `compile` its compiler, `cuda` the GPU, which has
the data from the beginning.
"""

import os
import sys

import numpy as np
import torch
from rounds import device, serve
from torch import nn

BATCH_SIZE = 64
DEVICE = device()

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
fused = "fused" in sys.argv[1:]


class Generator(nn.Module):
    """The article's generator."""

    def __init__(self) -> None:
        super().__init__()
        self.label_emb = nn.Embedding(10, 10)
        layers: list[nn.Module] = [nn.Linear(110, 128), nn.LeakyReLU(0.2)]
        for inputs, outputs in ((128, 256), (256, 512), (512, 1024)):
            layers += [nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs, 0.8), nn.LeakyReLU(0.2)]
        self.model = nn.Sequential(*layers, nn.Linear(1024, 1024), nn.Tanh())

    def forward(self, z: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Generate images."""
        return self.model(torch.cat((self.label_emb(labels), z), 1)).view(-1, 1, 32, 32)


class Discriminator(nn.Module):
    """The article's discriminator."""

    def __init__(self) -> None:
        super().__init__()
        self.label_embedding = nn.Embedding(10, 10)
        layers: list[nn.Module] = [nn.Linear(1034, 512), nn.LeakyReLU(0.2)]
        for _ in range(2):
            layers += [nn.Linear(512, 512), nn.Dropout(0.4), nn.LeakyReLU(0.2)]
        self.model = nn.Sequential(*layers, nn.Linear(512, 1))

    def forward(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Score images."""
        return self.model(torch.cat((images.flatten(1), self.label_embedding(labels)), 1))


images = torch.from_numpy(np.random.uniform(-1, 1, (6400, 1, 32, 32)).astype(np.float32))
images = images.to(DEVICE)
labels = torch.from_numpy(np.random.randint(0, 10, 6400)).to(DEVICE)
generator, discriminator = Generator().to(DEVICE), Discriminator().to(DEVICE)
if "compile" in sys.argv[1:]:
    generator, discriminator = torch.compile(generator), torch.compile(discriminator)
mse = nn.MSELoss()
settings = {"lr": 0.0002, "betas": (0.5, 0.999), "fused": fused}
optimizer_g = torch.optim.Adam(generator.parameters(), **settings)
optimizer_d = torch.optim.Adam(discriminator.parameters(), **settings)
valid = torch.ones(BATCH_SIZE, 1, device=DEVICE)
fake = torch.zeros(BATCH_SIZE, 1, device=DEVICE)
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
    g_loss = mse(discriminator(fake_images, fake_labels), valid)
    g_loss.backward()
    optimizer_g.step()

    optimizer_d.zero_grad()
    real_loss = mse(discriminator(images[batch], labels[batch]), valid)
    fake_loss = mse(discriminator(fake_images.detach(), fake_labels), fake)
    d_loss = (real_loss + fake_loss) / 2
    d_loss.backward()
    optimizer_d.step()
    g_loss.item(), d_loss.item()  # as ours does, which watches for NaN


serve(step, torch.cuda.synchronize if DEVICE == "cuda" else lambda: None)
