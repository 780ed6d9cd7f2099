"""A config's architecture decides which tensors its generator has, and which options it takes."""

import sys
from dataclasses import fields, replace

import pytest

from cgan.common.errors import UserError
from cgan.model import architectures, reader, registry
from cgan.model.architecture import OwnOptions
from cgan.model.architectures import conv, mlp
from cgan.model.config import GeneratorConfig
from cgan.model.option_fields import options_of
from cgan.model.registry import ARCHITECTURES, generator_shapes
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
    names = ", ".join(map(repr, ARCHITECTURES))
    assert message(caught) == f"architecture must be one of {names}, not 'transformer'"


def test_a_config_without_the_fields_of_its_architecture_is_refused():
    with pytest.raises(TypeError, match="is a ConvConfig"):
        registry.of(GeneratorConfig(architecture="conv"))


@pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=ARCHITECTURES)
def test_options_set_fields_that_there_are(architecture):
    own = {f.name for f in fields(architecture.config)} - {f.name for f in fields(GeneratorConfig)}
    assert architecture.own_fields(architecture.options()).keys() <= own
    for name, its in options_of(architecture.options).items():
        if its.sets:
            assert its.sets in own
            assert architecture.option_for(its.sets) == name
    assert architecture.config(architecture=architecture.name).architecture in ARCHITECTURES


def test_options_set_the_fields_that_they_are_for():
    arch = registry.get("conv")
    assert arch.own_fields(conv.ConvOptions(g_widths=(8, 6, 4), class_norm=True)) == {
        "widths": (8, 6, 4),
        "class_norm": True,
        "latent_norm": False,
    }
    assert "widths" not in arch.own_fields(conv.ConvOptions())
    assert (arch.option_for("widths"), arch.option_for("img_size")) == ("g_widths", "img_size")
    assert registry.get("mlp").own_fields(OwnOptions()) == {}


def test_the_architectures_that_take_an_option_are_known():
    assert registry.takers("pack") == registry.takers("g_widths") == ("conv",)
    assert registry.takers("lr") == ()


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """A folder whose modules count as architectures, too."""
    monkeypatch.setattr(architectures, "__path__", [*architectures.__path__, str(tmp_path)])
    yield tmp_path
    for path in tmp_path.glob("*.py"):
        sys.modules.pop(f"{architectures.__name__}.{path.stem}", None)
        vars(architectures).pop(path.stem, None)


COPY = """
from dataclasses import dataclass, replace
from cgan.model.architecture import OwnOptions
from cgan.model.architectures.conv import ARCHITECTURE as CONV
from cgan.model.option_fields import option

@dataclass(frozen=True)
class Options(OwnOptions):
    class_norm: bool = option(False, "something else")

"""


def test_modules_with_an_underscore_are_no_architectures(folder):
    (folder / "_shared.py").write_text("raise AssertionError")
    assert registry.discover().keys() == ARCHITECTURES.keys()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", r"wrong\.py has no ARCHITECTURE"),
        ("ARCHITECTURE = 'conv'", r"wrong\.py has no ARCHITECTURE"),
        (f"{COPY}ARCHITECTURE = CONV", r"wrong\.py: another architecture is called 'conv'"),
        (
            f"{COPY}ARCHITECTURE = replace(CONV, name='other', options=Options)",
            "The architecture 'other' has an option 'class_norm' that differs",
        ),
    ],
)
def test_a_wrong_module_is_named(folder, code, said):
    (folder / "wrong.py").write_text(code)
    with pytest.raises(ImportError, match=said):
        registry.discover()
