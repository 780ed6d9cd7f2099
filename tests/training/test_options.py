"""The options of a training run: the article's defaults, and wrong ones are named."""

import json
from dataclasses import FrozenInstanceError, dataclass, replace
from pathlib import Path

import pytest

from cgan.common.errors import BadValue
from cgan.model import registry
from cgan.model.architecture import OwnOptions
from cgan.model.architectures.conv import ConvOptions
from cgan.model.option_fields import option
from cgan.model.option_fields import options_of as options_in
from cgan.model.registry import ARCHITECTURES
from cgan.publish.publication import PRIVATE
from cgan.training.options import COMPARING, Execution, TrainingOptions
from tests.conftest import ROOT, message

# All options. None means that the value comes from the data or from another option.
DEFAULTS = {
    # The article's.
    "dataset": "mnist",
    "loss": "lsgan",
    "unconditional": False,
    "n_epochs": 100,
    "batch_size": 64,
    "lr": 0.0002,
    "b1": 0.5,
    "b2": 0.999,
    "n_cpu": 8,
    "latent_dim": 100,
    "n_classes": None,
    "img_size": 32,
    "channels": None,
    "sample_interval": 1000,
    # What the article lacks is off.
    "arch": "mlp",
    "g_widths": None,
    "d_widths": None,
    "d_background": False,
    "class_norm": False,
    "latent_norm": False,
    "d_lr": None,
    "decay_from": 1.0,
    "d_steps": 1,
    "ema": 0.0,
    "pack": 1,
    "r1": 0.0,
    "shift": 0,
    "checkpoint_interval": 1,
    "evaluate_interval": 0,
    "reader": False,
    "reader_weight": 0.0,
    "range_weight": 0.0,
    "stroke_weight": 0.0,
    "frechet_weight": 0.0,
    "imle_weight": 0.0,
    "missed_weight": 0.0,
    "classifier_weight": 0.0,
    "feature_weight": 0.0,
    "rare_share": 0.0,
    "missed_share": 0.0,
    "match_from": 0.0,
    "encoder": False,
    "encoder_steps": 2500,
    "seed": 0,
    "number": None,
}
# The rows of the table of options.
DOCUMENTED = [
    line
    for line in (ROOT / "docs/training.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| `--")
]


def options_of(**values):
    """Options as the command line and `config.json` give them, the architecture's own included."""
    return TrainingOptions.from_dict(values)


NAN, INFINITY = float("nan"), float("inf")


def test_the_defaults_are_the_articles_and_what_it_lacks_is_off():
    assert TrainingOptions().to_dict() == DEFAULTS
    options = TrainingOptions()
    assert {options.learning_rate_factor(step / 100) for step in range(100)} == {1.0}


@pytest.mark.parametrize("name", [*TrainingOptions.known(), *options_in(Execution)])
def test_every_option_is_in_the_documentation(name):
    written = (f"`--{name}`", f"`--{name.replace('_', '-')}`")
    assert any(one in line.split("|")[1] for line in DOCUMENTED for one in written)


def test_the_options_that_compare_images_are_side_by_side():
    """So that "from this one to that one", in the help of --match_from, names all of them."""
    names = list(TrainingOptions.known())
    assert tuple(names[names.index(COMPARING[0]) :][: len(COMPARING)]) == COMPARING


@pytest.mark.parametrize(
    ("decay_from", "factors"),
    [(1.0, [1, 1, 1, 1]), (0.0, [1, 0.75, 0.5, 0.25]), (0.5, [1, 1, 1, 0.5])],
)
def test_the_learning_rate_falls_linearly(decay_from, factors):
    options = TrainingOptions(decay_from=decay_from)
    got = [options.learning_rate_factor(progress) for progress in (0, 0.25, 0.5, 0.75)]
    assert got == pytest.approx(factors)


def test_options_of_older_runs_get_the_defaults():
    assert TrainingOptions.from_dict({"lr": 0.1}) == TrainingOptions(lr=0.1)
    with pytest.raises(TypeError, match="learning_rate"):
        TrainingOptions.from_dict({"learning_rate": 0.1})


def test_json_round_trip():
    for options in (
        replace(TrainingOptions(), dataset="digits", lr=1e-3, number="007"),
        options_of(arch="conv", g_widths=(3, 2, 1), d_widths=(1, 2, 3), d_lr=0.1),
    ):
        assert TrainingOptions.from_dict(json.loads(json.dumps(options.to_dict()))) == options


def test_they_are_frozen():
    with pytest.raises(FrozenInstanceError):
        TrainingOptions().seed = 1


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("dataset", ["cifar", "", "MNIST"]),
        ("loss", ["wgan", ""]),
        ("arch", ["unet", "", "CONV"]),
        ("d_lr", [0.0, -1e-3, NAN, INFINITY]),
        ("decay_from", [-0.1, 1.1, NAN]),
        ("d_steps", [0, -1]),
        ("ema", [1.0, -0.1, NAN]),
        ("shift", [-1, 32]),
        ("n_epochs", [0, -1]),
        ("n_cpu", [0, -8]),
        ("sample_interval", [0]),
        ("checkpoint_interval", [0]),
        ("batch_size", [1, 0, -64]),
        ("lr", [0.0, -1e-3, NAN, INFINITY]),
        ("b1", [1.0, -0.1, NAN]),
        ("b2", [1.0, -0.1, INFINITY]),
        ("evaluate_interval", [-1]),
        ("rare_share", [1.1, -0.1, NAN]),
        ("missed_share", [1.1, -0.1, NAN]),
    ],
)
def test_what_does_not_fit_is_refused_by_its_option(name, values):
    for value in values:
        with pytest.raises(BadValue) as caught:
            TrainingOptions(**{name: value})
        assert message(caught).startswith(f"--{name} must be ")


@pytest.mark.parametrize("number", ["", "abc", "+"])
def test_a_number_without_digits_is_refused(number):
    with pytest.raises(BadValue):
        TrainingOptions(number=number)


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_bad_seed_is_refused(seed):
    with pytest.raises(BadValue, match="seed must be"):
        TrainingOptions(seed=seed)


def test_the_smallest_values_fit():
    options = TrainingOptions(
        n_epochs=1, batch_size=2, n_cpu=1, b1=0.0, b2=0.0, sample_interval=1, checkpoint_interval=1
    )
    assert options.batch_size == 2


@pytest.mark.parametrize("widths", [(), (1, 2), (1, 2, 3, 4), (0, 1, 1), (1, 1025, 1)])
def test_bad_widths_of_a_discriminator_are_refused(widths):
    with pytest.raises(BadValue, match=r"^--d_widths must be "):
        options_of(arch="conv", d_widths=widths)


@pytest.mark.parametrize("pack", [0, -2, 3, 128])
def test_a_pack_divides_the_batch(pack):
    assert TrainingOptions(arch="conv", pack=4).pack == 4
    with pytest.raises(BadValue, match=r"^--pack must "):
        TrainingOptions(arch="conv", pack=pack)


def test_a_latents_norm_needs_the_classes():
    with pytest.raises(BadValue, match="--latent_norm needs --class_norm"):
        options_of(arch="conv", latent_norm=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("g_widths", (8, 8, 8)),
        ("d_widths", (8, 8, 8)),
        ("class_norm", True),
        ("latent_norm", True),
        ("pack", 2),
        ("r1", 0.1),
    ],
)
def test_what_is_convolutional_is_refused_without_arch_conv(name, value):
    with pytest.raises(BadValue, match=f"--{name} needs --arch conv"):
        options_of(**{name: value})


@pytest.mark.parametrize("weight", [-0.1, float("inf"), float("nan")])
@pytest.mark.parametrize(
    "name",
    ["reader_weight", "r1", *COMPARING],
)
def test_a_weight_is_finite_and_not_negative(name, weight):
    with pytest.raises(BadValue, match=f"--{name} must be "):
        TrainingOptions(arch="conv", reader=True, **{name: weight})


def test_there_is_no_weight_without_a_reader():
    assert TrainingOptions(reader=True, reader_weight=0.1).reader_weight == 0.1
    with pytest.raises(BadValue, match="--reader_weight needs --reader"):
        TrainingOptions(reader_weight=0.1)


def test_images_are_compared_only_within_their_classes():
    with pytest.raises(BadValue, match="--match_from needs --range_weight, "):
        TrainingOptions(match_from=0.5)
    for name in COMPARING:
        assert TrainingOptions(match_from=0.5, **{name: 0.1}).match_from == 0.5
        with pytest.raises(BadValue, match="leave out --unconditional"):
            TrainingOptions(unconditional=True, **{name: 0.1})


def test_what_an_architecture_takes_are_options():
    for arch in ARCHITECTURES.values():
        assert arch.takes <= TrainingOptions.known().keys() - registry.own_options([arch]).keys()


def test_an_option_of_an_architecture_can_not_have_the_name_of_another(monkeypatch):
    @dataclass(frozen=True)
    class Greedy(OwnOptions):
        lr: float = option(0.1, "its own learning rate")

    conv = ARCHITECTURES["conv"]
    monkeypatch.setitem(ARCHITECTURES, "conv", replace(conv, options=Greedy))
    with pytest.raises(ImportError, match="has an option 'lr', as all runs have"):
        TrainingOptions.known()


def test_own_options_are_those_of_the_architecture():
    assert type(TrainingOptions().own) is OwnOptions
    assert TrainingOptions(arch="conv").own == ConvOptions()
    assert options_of(arch="conv", class_norm=True).own == ConvOptions(class_norm=True)
    with pytest.raises(TypeError, match="The own options of 'mlp' are OwnOptions"):
        TrainingOptions(own=ConvOptions())


def test_what_is_private_is_not_published():
    private = {name for name, its in TrainingOptions.known().items() if its.private}
    assert private == {"number"}
    assert private | {"data_dir"} == PRIVATE  # the record of the run has it


def test_the_record_has_the_options_of_all_architectures():
    record = TrainingOptions().to_dict()
    assert list(record)[:4] == ["dataset", "arch", "g_widths", "d_widths"]
    assert (record["g_widths"], record["class_norm"]) == (None, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"checkpoint_interval": 5, "sample_interval": 7, "evaluate_interval": 2},
        {"number": "42"},
        {"n_cpu": 1},
    ],
)
def test_resume_accepts_what_does_not_decide_the_weights(changes):
    run = TrainingOptions(seed=3)
    assert run.resumed(changes) == replace(run, **changes)


def test_resume_refuses_what_decides_the_weights():
    accepted = {"sample_interval", "checkpoint_interval", "evaluate_interval", "number", "n_cpu"}
    run = options_of(arch="conv", g_widths=(16, 8, 8), class_norm=True, reader=True)
    for name, value in run.to_dict().items():
        if name not in accepted:
            with pytest.raises(BadValue, match=f"--{name} is .* there, not ") as caught:
                run.resumed({name: not value if isinstance(value, bool) else object()})
            message(caught)
    with pytest.raises(BadValue, match="--g_widths is 16,8,8 there, not 16,8,4"):
        run.resumed({"g_widths": (16, 8, 4)})


@pytest.mark.parametrize("values", [{"max_steps": 0}, {"device": "tpu"}, {"quiet": 1}])
def test_how_to_run_is_checked_too(values):
    with pytest.raises(BadValue, match=f"--{next(iter(values))} must be "):
        Execution(**values)


def test_the_command_that_continues_a_run_says_how_it_was_run():
    """But not where the data are, which the run remembers."""
    assert Execution(quiet=False).resume_command(Path("-r")) == "python train.py --resume=-r"
    execution = Execution(Path("x"), 9, "cpu", evaluate=True, quiet=True, push_to_hub="ann/x")
    assert execution.resume_command(Path("a run")) == (
        "python train.py --resume 'a run' --max-steps 9 --device cpu --evaluate --quiet "
        "--push-to-hub ann/x"
    )
