"""A linear generator and discriminator, as Jittor modules."""

from cgan.backend.setup import load_jittor

jt = load_jittor()
nn = jt.nn


def make(config, options):
    """Return a new generator and a new discriminator."""
    return Generator(config), Discriminator(config, options.own.d_scale, options.pack)


class Generator(nn.Module):
    """tanh(gain W [embedding of y, z] + b)."""

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
        y = self.config.gain * jt.matmul(x, self.linear.weight.transpose())
        if self.config.bias:
            y = y + self.linear.bias
        return jt.tanh(y).view((z.shape[0], *self.config.image_shape))


class Discriminator(nn.Module):
    """A linear score of `pack` images of a class and the label's embedding."""

    def __init__(self, config, scale, pack):
        super().__init__()
        self.scale, self.pack = scale, pack
        if config.conditional:
            self.embedding = nn.Embedding(config.n_classes, config.n_classes)
        channels, height, width = config.image_shape
        self.linear = nn.Linear(pack * channels * height * width + config.label_size, 1)

    def begin_step(self):
        pass

    def execute(self, images, labels=None):
        x = images.view((images.shape[0] // self.pack, -1))
        if labels is not None:
            x = jt.concat((x, self.embedding(labels[:: self.pack])), dim=1)
        return self.scale * self.linear(x)
