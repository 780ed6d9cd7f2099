"""The fully connected generator's parameters by name and shape, as in the article's checkpoints.

Known here, once, for everything that reads or writes them; no framework needed.
"""

from cgan.model.config import GeneratorConfig

# Widths of the article's generator between the input and the image.
HIDDEN = (128, 256, 512, 1024)

# BatchNorm's eps in the article: `BatchNorm1d(n, 0.8)` sets eps, not momentum.
BATCH_NORM_EPS = 0.8
LEAKY_SLOPE = 0.2

# Positions in the article's `Sequential`: the last Linear has no BatchNorm, nor has the first.
LINEAR_LAYERS = (0, 2, 5, 8, 11)
BATCH_NORM_LAYERS = (3, 6, 9)


def generator_shapes(config: GeneratorConfig) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every float32 tensor in a generator's weights.

    The first Linear takes the label's embedding (length n_classes) before z; an unconditional
    generator has no embedding.
    """
    shapes: dict[str, tuple[int, ...]] = {}
    inputs = config.latent_dim
    if config.conditional:
        shapes["label_emb.weight"] = (config.n_classes, config.n_classes)
        inputs += config.n_classes
    pixels = config.channels * config.img_size**2
    widths = (inputs, *HIDDEN, pixels)
    for layer, fan_in, fan_out in zip(LINEAR_LAYERS, widths[:-1], widths[1:], strict=True):
        shapes[f"model.{layer}.weight"] = (fan_out, fan_in)
        shapes[f"model.{layer}.bias"] = (fan_out,)
        if layer + 1 in BATCH_NORM_LAYERS:
            for name in ("weight", "bias", "running_mean", "running_var"):
                shapes[f"model.{layer + 1}.{name}"] = (fan_out,)
    return shapes
