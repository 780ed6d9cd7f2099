"""The training step by step, in this process."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from cgan.common.errors import BadValue
from cgan.data import datasets
from cgan.data.datasets import Dataset
from cgan.evaluation.classifier import READER, fit
from cgan.model.architectures.conv import ConvConfig
from cgan.model.architectures.mlp import MlpConfig
from cgan.model.registry import ARCHITECTURES
from cgan.model.weights import Weights
from cgan.sampler import Sampler
from cgan.training.diverged import Diverged
from cgan.training.losses import R1_NOISE, gradient_penalty
from cgan.training.options import TrainingOptions
from cgan.training.randomness import noise
from cgan.training.trainer import Trainer, jt
from cgan.training.whole_strokes import WholeStrokes

CONFIG = MlpConfig(img_size=8)
# Everything that a step may have beyond the article's, all at once.
ALL = {
    "arch": "conv",
    "class_norm": True,
    "d_widths": (3, 4, 5),
    "loss": "hinge",
    "d_lr": 1e-3,
    "decay_from": 0.4,
    "d_steps": 2,
    "ema": 0.9,
    "r1": 10.0,
    "shift": 2,
    "reader": True,
    "reader_weight": 0.5,
    "range_weight": 0.1,
    "stroke_weight": 0.1,
    "frechet_weight": 0.1,
    "imle_weight": 0.1,
    "missed_weight": 0.1,
    "classifier_weight": 0.1,
    "feature_weight": 0.1,
    "rare_share": 0.5,
    "missed_share": 0.5,
    "match_from": 0.01,
}


def config_of(settings):
    if settings.get("arch") != "conv":
        return CONFIG
    return ConvConfig(img_size=8, widths=(8, 6, 4), class_norm=settings.get("class_norm", False))


def make(count=64, seed=0, **settings):
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (count, 1, 8, 8)).astype(np.float32)
    labels = rng.integers(0, 10, count).astype(np.int32)
    options = TrainingOptions.from_dict({"batch_size": 16, "seed": seed, "n_epochs": 3} | settings)
    noise = Dataset("noise", images, labels, (8, 8))
    own_reader = reader() if options.reader else None
    return Trainer(config_of(settings), options, noise, own_reader, coach(options))


@cache
def reader():
    return fit(datasets.load("digits", None, 8), 10, READER)


def coach(options):
    """Return the reader as the coach: any classifier will do here."""
    return reader() if options.coached else None


def test_every_image_is_used_and_a_single_one_left_over_is_not():
    assert make(64).steps_per_epoch == 4
    assert make(66).steps_per_epoch == 5
    assert make(65).steps_per_epoch == 4
    sizes = [images for _, images, _, _ in make(66).run()]
    assert sizes == [16, 16, 16, 16, 2] * 3


def test_epochs_are_counted_and_the_run_ends():
    trainer = make()
    assert [epoch for epoch, *_ in trainer.run()] == [0] * 4 + [1] * 4 + [2] * 4
    assert trainer.step == trainer.total_steps == 12
    assert list(trainer.run()) == []


def test_all_names_known_options_only():
    """`ALL` names each option that changes what a step does."""
    assert ALL.keys() <= TrainingOptions().to_dict().keys()


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_numpy_generates_what_jittor_does_in_evaluation_mode(arch):
    settings = {"arch": arch}
    trainer = make(**settings)
    for _ in trainer.run():
        pass
    sampler = Sampler(Weights(config_of(settings), trainer.generator_state()))
    z, labels = sampler.latents(40, seed=3), np.arange(40, dtype=np.int32) % 10
    network = trainer._generator
    network.eval()
    expected = network(jt.array(z), jt.array(labels)).numpy()
    np.testing.assert_allclose(sampler.generate(z, labels), expected, atol=1e-5)


@pytest.mark.parametrize("settings", [{}, ALL, {"ema": 0.9}], ids=["article", "all", "average"])
@pytest.mark.parametrize("steps", [5, 6])
def test_a_state_restored_in_the_middle_of_an_epoch_ends_the_same(settings, steps):
    whole = make(**settings)
    run = whole.run()
    for _ in range(steps):
        next(run)
    state, position = whole.state(), whole.position
    assert whole.state_bytes == sum(tensor.nbytes for tensor in state.values())
    losses = [step[2:] for step in run]
    resumed = make(**settings)
    resumed.restore(state, position)
    assert [step[2:] for step in resumed.run()] == losses
    expected = whole.state()
    for name, tensor in resumed.state().items():
        assert np.array_equal(tensor, expected[name]), name
    for name, tensor in resumed.generator_state().items():
        assert np.array_equal(tensor, whole.generator_state()[name]), name


def test_both_networks_and_moments_move_in_a_step():
    before, after = first_steps(1)
    assert unmoved(before, after) == []
    # Hinge's gradients of D's bias, from real and from generated images, begin by cancelling.
    before, after = first_steps(3, **ALL | {"loss": "bce"})
    # A matrix of one row has but one left singular vector.
    assert unmoved(before, after) == ["discriminator.linear.u", "second.linear.u"]


def unmoved(before, after):
    trained = (name for name in before if not name.startswith("matching."))
    return [name for name in trained if np.array_equal(before[name], after[name])]


def test_the_generator_waits_for_as_many_steps_of_the_discriminator():
    trainer = make(d_steps=3)
    run = trainer.run()
    moved = []
    for _ in range(7):
        before = trainer.state()
        next(run)
        still = unmoved(before, trainer.state())
        assert not any(name.startswith("discriminator") for name in still)
        moved.append("generator.model.0.weight" not in still)
    assert moved == [True, False, False, True, False, False, True]


def first_steps(count=2, **settings):
    """Return both networks' weights before and after some steps."""
    trainer = make(**settings)
    states = [trainer.state()]
    for _ in zip(range(count), trainer.run(), strict=False):
        pass
    return *states, trainer.state()


def distance(before, after, network):
    """Return the largest change of a trained tensor."""
    names = [n for n in before if n.startswith(f"{network}.") and "running" not in n]
    return max(np.abs(after[name] - before[name]).max() for name in names)


def test_each_network_has_its_learning_rate():
    """Adam's first step moves every parameter by the learning rate."""
    before, after = first_steps(1, lr=1e-3, d_lr=1e-2)
    assert distance(before, after, "generator") == pytest.approx(1e-3, rel=0.01)
    assert distance(before, after, "discriminator") == pytest.approx(1e-2, rel=0.01)


def test_the_learning_rates_fall_to_nothing_at_the_end():
    ways = []
    trainer = make(decay_from=0.5, b1=0.0, b2=0.0)
    for _ in range(12):
        before = trainer.state()
        next(trainer.run())
        ways.append(distance(before, trainer.state(), "discriminator") / 2e-4)
    # Without moments a step moves a parameter by the learning rate, whatever the gradient is.
    expected = [1] * 6 + [1 - step / 6 for step in range(6)]
    np.testing.assert_allclose(ways, expected, rtol=0.01)


def test_what_is_published_is_the_average():
    plain = make()
    published = plain.generator_state()
    plain.state()  # Jittor draws initial weights when they are asked for, for all from one source
    averaged = make(ema=0.9)
    averaged.state()
    average = {name: tensor.astype(np.float64) for name, tensor in published.items()}
    for step, _ in enumerate(zip(plain.run(), averaged.run(), strict=True), start=1):
        decay = min(0.9, step / (step + 10))
        for name, tensor in plain.generator_state().items():
            average[name] = decay * average[name] + (1 - decay) * tensor
    for name, tensor in averaged.generator_state().items():
        np.testing.assert_allclose(tensor, average[name], atol=1e-5, err_msg=name)
    state = averaged.state()
    for name, tensor in plain.state().items():
        assert np.array_equal(state[name], tensor), name
    assert {name for name in state if name.startswith("average.")} == {
        f"average.{name}" for name in published
    }


@pytest.mark.parametrize("name", ["shift", "class_norm", "loss", "r1", "reader_weight"])
def test_each_setting_changes_the_training(name):
    _, with_all = first_steps(**ALL)
    _, without = first_steps(**{key: value for key, value in ALL.items() if key != name})
    assert not np.array_equal(
        with_all["discriminator.conv1.weight"], without["discriminator.conv1.weight"]
    )


def test_the_penalty_makes_the_discriminator_less_steep_at_real_images():
    def slope_and_losses(**settings):
        trainer = make(arch="conv", loss="hinge", lr=0.005, n_epochs=10, **settings)
        losses = [d_loss for _, _, d_loss, _ in trainer.run()]
        images, labels = trainer._data.images, jt.array(trainer._data.labels)
        near = images + R1_NOISE * noise(7, 0, images.shape)
        scores = [trainer._discriminator(jt.array(x), labels) for x in (images, near)]
        return gradient_penalty(*scores).item(), losses

    steep, losses = slope_and_losses()
    flat, penalised = slope_and_losses(r1=100.0)
    assert flat < steep / 4
    # The loss that is reported is the loss alone.
    assert penalised[0] == losses[0]


@pytest.mark.parametrize(
    "name",
    [
        *("range_weight", "frechet_weight", "imle_weight", "missed_weight"),
        *("classifier_weight", "feature_weight", "rare_share", "missed_share"),
    ],
)
def test_what_is_drawn_is_compared_from_its_time_on(name):
    plain = make()
    plain.state()  # Jittor draws initial weights when they are asked for, for all from one source
    compared = make(**{name: 1.0, "match_from": 0.5})
    compared.state()
    same = []
    for _ in zip(plain.run(), compared.run(), strict=True):
        tensors = [trainer.generator_state()["model.0.weight"] for trainer in (plain, compared)]
        same.append(np.array_equal(*tensors))
    assert same[:6] == [True] * 6  # of 12 steps
    assert not same[-1]


def test_the_generator_learns_the_range_of_each_pixel():
    """D learns next to nothing here, and the left half of the real images is background."""

    def ink_on_the_left(**settings):
        rng = np.random.default_rng(0)
        images = rng.uniform(-1, 1, (64, 1, 8, 8)).astype(np.float32)
        images[..., :4] = -1
        labels = np.arange(64, dtype=np.int32) % 10
        data = Dataset("half", images, labels, (8, 8))
        options = {"lr": 0.003, "d_lr": 1e-9, "n_epochs": 20, "batch_size": 16} | settings
        trainer = Trainer(CONFIG, TrainingOptions(**options), data)
        for _ in trainer.run():
            pass
        sampler = Sampler(Weights(CONFIG, trainer.generator_state()))
        drawn = sampler.generate(sampler.latents(64, seed=0), labels)
        return (drawn[..., :4] + 1).mean()

    assert ink_on_the_left(range_weight=10.0) < ink_on_the_left() / 3


def test_the_generator_learns_to_draw_whole_strokes():
    """D learns next to nothing here. A real image has one stroke, what is drawn first has many."""
    images = np.full((64, 1, 32, 32), -1, np.float32)
    images[..., 4:28, 14:18] = 1
    labels = np.arange(64, dtype=np.int32) % 10
    data = Dataset("strokes", images, labels, (32, 32))
    config = replace(CONFIG, img_size=32)

    def beyond_the_bounds(**settings):
        options = {"lr": 0.001, "d_lr": 1e-9, "n_epochs": 10, "batch_size": 16} | settings
        trainer = Trainer(config, TrainingOptions(**options), data)
        steps = [trainer.generator_state()["model.0.weight"] for _ in trainer.run()]
        sampler = Sampler(Weights(config, trainer.generator_state()))
        drawn = sampler.generate(sampler.latents(64, seed=0), labels)
        low, high = WholeStrokes(images, labels, 10).bounds(drawn, labels)
        return np.maximum(low - drawn, drawn - high).clip(0).mean(), steps

    without, plain = beyond_the_bounds()
    by_then, whole = beyond_the_bounds(stroke_weight=1.0, match_from=0.5)
    assert by_then < without / 3
    same = [np.array_equal(*pair) for pair in zip(plain, whole, strict=True)]
    assert same == [True] * 20 + [False] * 20


def test_the_generator_learns_what_the_reader_can_read():
    """D learns next to nothing here, and the reader's loss is almost all of the loss."""
    settings = {"arch": "conv", "lr": 0.01, "d_lr": 1e-9, "n_epochs": 40}
    losses = [g_loss for *_, g_loss in make(**settings, reader=True, reader_weight=1e3).run()]
    assert np.mean(losses[-10:]) < np.mean(losses[:10]) / 3
    # Of two runs without it, one never asks the reader and the other has none.
    plain, asked = ([*make(**settings, reader=known).run()] for known in (False, True))
    assert plain == asked


def test_a_state_of_other_data_networks_or_seeds_does_not_fit():
    trainer = make()
    state, position = trainer.state(), trainer.position
    with pytest.raises(BadValue, match="different data, batch size or seed"):
        make(seed=1).restore(state, position)
    with pytest.raises(BadValue, match="different data, batch size or seed"):
        make(80).restore(state, position)
    missing = dict(state)
    del missing["generator.model.0.weight"]
    with pytest.raises(BadValue, match="other networks"):
        make().restore(missing, position)
    with pytest.raises(BadValue, match="other networks"):
        make(ema=0.9).restore(state, position)
    other = state | {"generator.model.0.weight": np.zeros((2, 2), np.float32)}
    with pytest.raises(BadValue, match=r"generator\.model\.0\.weight has another shape"):
        make().restore(other, position)
    endless = state | {"generator.model.0.weight": np.full((128, 110), np.inf, np.float32)}
    with pytest.raises(BadValue, match=r"generator\.model\.0\.weight .* not finite"):
        make().restore(endless, position)
    with pytest.raises(BadValue, match="of step 1,000,000,000, and the run has 12"):
        make().restore(state, replace(position, step=10**9))


def test_a_loss_that_is_not_a_number_stops_training():
    trainer = make()
    trainer._generator.model[0].weight.update(jt.array(np.full((128, 110), np.nan, np.float32)))
    with pytest.raises(Diverged, match="diverged at step 1"):
        next(trainer.run())
    with pytest.raises(Diverged, match=r"generator\..* not finite"):
        trainer.state()
