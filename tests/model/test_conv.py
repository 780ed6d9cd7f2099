"""Names and shapes of the convolutional generator's tensors."""

from dataclasses import replace

from cgan.model.config import GeneratorConfig
from cgan.model.conv import generator_shapes

CONV = GeneratorConfig(architecture="conv", widths=(128, 64, 32))


def norm(index, width):
    names = ("weight", "bias", "running_mean", "running_var")
    return {f"norm{index}.{name}": (width,) for name in names}


def test_three_doublings_lead_to_the_image():
    assert generator_shapes(CONV) == {
        "label_emb.weight": (10, 10),
        "linear.weight": (128 * 4 * 4, 110),
        "linear.bias": (128 * 4 * 4,),
        **norm(0, 128),
        "up1.weight": (128, 64, 4, 4),
        **norm(1, 64),
        "up2.weight": (64, 32, 4, 4),
        **norm(2, 32),
        "up3.weight": (32, 1, 4, 4),
        "up3.bias": (1,),
    }


def test_a_fourth_width_adds_a_layer_at_the_whole_size():
    three = generator_shapes(CONV)
    four = generator_shapes(replace(CONV, widths=(128, 64, 32, 16), channels=3))
    assert {name: shape for name, shape in four.items() if three.get(name) != shape} == {
        "up3.weight": (32, 16, 4, 4),
        **norm(3, 16),
        "output.weight": (3, 16, 3, 3),
        "output.bias": (3,),
    }
    assert three.keys() - four.keys() == {"up3.bias"}


def test_each_class_may_have_gains_and_biases():
    plain = generator_shapes(CONV)
    own = generator_shapes(replace(CONV, class_norm=True, n_classes=7))
    assert own["norm1.gains"] == own["norm1.biases"] == (7, 64)
    assert own["norm1.running_mean"] == (64,)
    assert plain.keys() - own.keys() == {
        f"norm{index}.{name}" for index in range(3) for name in ("weight", "bias")
    }


def test_the_latent_may_have_gains_and_biases_besides():
    own = generator_shapes(replace(CONV, class_norm=True))
    more = generator_shapes(replace(CONV, class_norm=True, latent_norm=True))
    assert {name: more[name] for name in more.keys() - own.keys()} == {
        f"norm{index}.latent_{name}": (100, width)
        for index, width in enumerate((128, 64, 32))
        for name in ("gains", "biases")
    }
    assert own.keys() <= more.keys()


def test_the_sizes_come_from_the_config():
    shapes = generator_shapes(replace(CONV, latent_dim=3, img_size=64, conditional=False))
    assert shapes["linear.weight"] == (128 * 8 * 8, 3)
    assert "label_emb.weight" not in shapes
