"""Names and shapes of the generator's tensors."""

from cgan.model.config import GeneratorConfig
from cgan.model.mlp import generator_shapes


def test_the_defaults_are_the_articles():
    expected = {
        "label_emb.weight": (10, 10),
        "model.0.weight": (128, 110),
        "model.0.bias": (128,),
        "model.2.weight": (256, 128),
        "model.2.bias": (256,),
        "model.5.weight": (512, 256),
        "model.5.bias": (512,),
        "model.8.weight": (1024, 512),
        "model.8.bias": (1024,),
        "model.11.weight": (1024, 1024),
        "model.11.bias": (1024,),
    }
    for layer, width in ((3, 256), (6, 512), (9, 1024)):
        for name in ("weight", "bias", "running_mean", "running_var"):
            expected[f"model.{layer}.{name}"] = (width,)
    assert generator_shapes(GeneratorConfig()) == expected


def test_the_sizes_come_from_the_config():
    config = GeneratorConfig(latent_dim=3, n_classes=5, img_size=8, channels=3)
    shapes = generator_shapes(config)
    assert shapes["label_emb.weight"] == (5, 5)
    assert shapes["model.0.weight"] == (128, 8)
    assert shapes["model.11.weight"] == (192, 1024)
    assert shapes["model.11.bias"] == (192,)


def test_an_unconditional_generator_takes_z_alone():
    conditional = generator_shapes(GeneratorConfig())
    unconditional = generator_shapes(GeneratorConfig(conditional=False))
    assert unconditional["model.0.weight"] == (128, 100)
    assert conditional.keys() - unconditional.keys() == {"label_emb.weight"}
    assert unconditional.keys() <= conditional.keys()
