"""Worker: the article's training step in Jittor, statement for statement.

Like the script, it never calls `train()`: Jittor's Dropout then does nothing.
"""

import os
import sys
from pathlib import Path

import numpy as np
from rounds import device, serve

from cgan.backend.setup import load_jittor

jt = load_jittor(device(), int(os.environ["OMP_NUM_THREADS"]))

# Not as `tests.article`: importing the tests needs pytest, which not every Python here has.
sys.path.append(str(Path(__file__).parents[1] / "tests"))
from article import Discriminator, Generator  # noqa: E402  (imports Jittor, set up above)

BATCH_SIZE = 64

images = np.random.uniform(-1, 1, (6400, 1, 32, 32)).astype(np.float32)
labels = np.random.randint(0, 10, 6400).astype(np.int32)
generator, discriminator = Generator(), Discriminator()
adversarial_loss = jt.nn.MSELoss()
optimizer_g = jt.nn.Adam(generator.parameters(), lr=0.0002, betas=(0.5, 0.999))
optimizer_d = jt.nn.Adam(discriminator.parameters(), lr=0.0002, betas=(0.5, 0.999))
position = 0


def step() -> None:
    """Train G on fresh latents and labels, then D on real images and the same fakes."""
    global position
    batch = slice(position, position + BATCH_SIZE)
    position = (position + BATCH_SIZE) % len(images)
    valid = jt.ones([BATCH_SIZE, 1]).float32().stop_grad()
    fake = jt.zeros([BATCH_SIZE, 1]).float32().stop_grad()
    real_images, real_labels = jt.array(images[batch]), jt.array(labels[batch])
    z = jt.array(np.random.normal(0, 1, (BATCH_SIZE, 100))).float32()
    fake_labels = jt.array(np.random.randint(0, 10, BATCH_SIZE)).float32()

    fake_images = generator(z, fake_labels)
    g_loss = adversarial_loss(discriminator(fake_images, fake_labels), valid)
    g_loss.sync()
    optimizer_g.step(g_loss)

    real_loss = adversarial_loss(discriminator(real_images, real_labels), valid)
    fake_loss = adversarial_loss(discriminator(fake_images.stop_grad(), fake_labels), fake)
    d_loss = (real_loss + fake_loss) / 2
    d_loss.sync()
    optimizer_d.step(d_loss)


serve(step, lambda: jt.sync_all(True))
