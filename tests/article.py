"""The networks of the article, as in its script: the reference for ours."""

import numpy as np

from cgan.backend.setup import load_jittor

jt = load_jittor()
nn = jt.nn


class Generator(nn.Module):
    """The article's generator."""

    def __init__(self):
        super().__init__()
        self.label_emb = nn.Embedding(10, 10)
        self.model = nn.Sequential(
            nn.Linear(110, 128),
            nn.LeakyReLU(0.2),
            nn.Linear(128, 256),
            nn.BatchNorm1d(256, 0.8),
            nn.LeakyReLU(0.2),
            nn.Linear(256, 512),
            nn.BatchNorm1d(512, 0.8),
            nn.LeakyReLU(0.2),
            nn.Linear(512, 1024),
            nn.BatchNorm1d(1024, 0.8),
            nn.LeakyReLU(0.2),
            nn.Linear(1024, int(np.prod((1, 32, 32)))),
            nn.Tanh(),
        )

    def execute(self, noise, labels):
        images = self.model(jt.contrib.concat((self.label_emb(labels), noise), dim=1))
        return images.view((images.shape[0], 1, 32, 32))


class Discriminator(nn.Module):
    """The article's discriminator."""

    def __init__(self):
        super().__init__()
        self.label_embedding = nn.Embedding(10, 10)
        self.model = nn.Sequential(
            nn.Linear(1034, 512),
            nn.LeakyReLU(0.2),
            nn.Linear(512, 512),
            nn.Dropout(0.4),
            nn.LeakyReLU(0.2),
            nn.Linear(512, 512),
            nn.Dropout(0.4),
            nn.LeakyReLU(0.2),
            nn.Linear(512, 1),
        )

    def execute(self, images, labels):
        flat = images.view((images.shape[0], -1))
        return self.model(jt.contrib.concat((flat, self.label_embedding(labels)), dim=1))
