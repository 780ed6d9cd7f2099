"""A linear generator and discriminator, as Jittor modules."""

from cgan.backend.setup import load_jittor

jt = load_jittor()
nn = jt.nn


def make(config, options):
    """Return a new generator and a new discriminator."""
    return Generator(config), Discriminator(config)


class Generator(nn.Module):
    """tanh(W [embedding of y, z] + b)."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        if config.conditional:
            self.embedding = nn.Embedding(config.n_classes, config.n_classes)
        inputs = config.label_size + config.latent_dim
        channels, height, width = config.image_shape
        self.linear = nn.Linear(inputs, channels * height * width, bias=config.bias)

    def execute(self, z, labels=None):
        x = z if labels is None else jt.concat((self.embedding(labels), z), dim=1)
        return jt.tanh(self.linear(x)).view((z.shape[0], *self.config.image_shape))


class Discriminator(nn.Module):
    """A linear score of the image and the label's embedding."""

    def __init__(self, config):
        super().__init__()
        if config.conditional:
            self.embedding = nn.Embedding(config.n_classes, config.n_classes)
        channels, height, width = config.image_shape
        self.linear = nn.Linear(channels * height * width + config.label_size, 1)

    def begin_step(self):
        pass

    def execute(self, images, labels=None):
        x = images.view((images.shape[0], -1))
        if labels is not None:
            x = jt.concat((x, self.embedding(labels)), dim=1)
        return self.linear(x)
