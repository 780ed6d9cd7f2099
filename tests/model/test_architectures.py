"""A config's architecture decides which tensors its generator has, and which options it takes."""

from dataclasses import fields, replace

import pytest

from cgan.common.errors import UserError
from cgan.model import architectures, conv, mlp, reader
from cgan.model.architectures import ARCHITECTURES, generator_shapes
from cgan.model.config import GeneratorConfig
from cgan.training.options import TrainingOptions
from tests.conftest import TINY, TINY_CONV, message


@pytest.mark.parametrize(("config", "module"), [(TINY, mlp), (TINY_CONV, conv)])
def test_the_shapes_are_those_of_the_architecture(config, module):
    assert generator_shapes(config) == module.generator_shapes(config)
    with_reader = generator_shapes(replace(config, reader=True))
    assert with_reader == module.generator_shapes(config) | reader.shapes(config)
    assert mlp.generator_shapes(TINY) != conv.generator_shapes(TINY_CONV)


def test_an_unknown_architecture_is_refused_by_name():
    with pytest.raises(UserError) as caught:
        generator_shapes(GeneratorConfig(architecture="transformer"))
    assert message(caught) == "architecture must be one of 'mlp', 'conv', not 'transformer'"


def test_a_config_without_the_fields_of_its_architecture_is_refused():
    with pytest.raises(TypeError, match="is a ConvConfig"):
        architectures.of(GeneratorConfig(architecture="conv"))


@pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=ARCHITECTURES)
def test_each_names_its_own_fields_and_options(architecture):
    own = {f.name for f in fields(architecture.config)} - {f.name for f in fields(GeneratorConfig)}
    assert architecture.config_options.keys() == own
    assert architecture.options <= {f.name for f in fields(TrainingOptions)}
    assert architecture.config(architecture=architecture.name).architecture in ARCHITECTURES


def test_options_set_the_fields_that_they_are_for():
    options = TrainingOptions(arch="conv", g_widths=(8, 6, 4), class_norm=True)
    assert architectures.get("conv").own_fields(options) == {
        "widths": (8, 6, 4),
        "class_norm": True,
        "latent_norm": False,
    }
    assert "widths" not in architectures.get("conv").own_fields(TrainingOptions(arch="conv"))
    assert architectures.get("mlp").own_fields(TrainingOptions()) == {}


def test_the_architectures_that_take_an_option_are_known():
    assert architectures.takers("pack") == architectures.takers("g_widths") == ("conv",)
    assert architectures.takers("lr") == ()
