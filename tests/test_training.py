"""The training step by step, in this process."""

import numpy as np
import pytest

from cgan.config import GeneratorConfig
from cgan.data import Dataset
from cgan.errors import UserError
from cgan.options import TrainingOptions
from cgan.sampler import Sampler
from cgan.training import Diverged, Trainer, jt
from cgan.weights import Weights

CONFIG = GeneratorConfig(img_size=8)


def make(count=64, seed=0, **settings):
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (count, 1, 8, 8)).astype(np.float32)
    labels = rng.integers(0, 10, count).astype(np.int32)
    options = TrainingOptions(batch_size=16, n_epochs=3, seed=seed, **settings)
    return Trainer(CONFIG, options, Dataset("noise", images, labels, (8, 8)))


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


def test_numpy_generates_what_jittor_does_in_evaluation_mode():
    trainer = make()
    for _ in trainer.run():
        pass
    sampler = Sampler(Weights(CONFIG, trainer.generator_state()))
    z, labels = sampler.latents(40, seed=3), np.arange(40, dtype=np.int32) % 10
    network = trainer._generator
    network.eval()
    expected = network(jt.array(z), jt.array(labels)).numpy()
    np.testing.assert_allclose(sampler.generate(z, labels), expected, atol=1e-5)


def test_a_state_restored_in_the_middle_of_an_epoch_ends_the_same():
    whole = make()
    run = whole.run()
    for _ in range(6):
        next(run)
    state, position = whole.state(), whole.position
    for _ in run:
        pass
    resumed = make()
    resumed.restore(state, position)
    for _ in resumed.run():
        pass
    expected = whole.state()
    for name, tensor in resumed.state().items():
        assert np.array_equal(tensor, expected[name]), name


def test_both_networks_and_moments_move_in_a_step():
    trainer = make()
    before = trainer.state()
    next(trainer.run())
    after = trainer.state()
    still = [name for name in before if np.array_equal(before[name], after[name])]
    assert still == []


def test_a_state_of_other_data_networks_or_seeds_does_not_fit():
    trainer = make()
    state, position = trainer.state(), trainer.position
    with pytest.raises(UserError, match="other data, batch size or seed"):
        make(seed=1).restore(state, position)
    with pytest.raises(UserError, match="other data, batch size or seed"):
        make(80).restore(state, position)
    missing = dict(state)
    del missing["generator.model.0.weight"]
    with pytest.raises(UserError, match="other networks"):
        make().restore(missing, position)
    other = state | {"generator.model.0.weight": np.zeros((2, 2), np.float32)}
    with pytest.raises(UserError, match=r"generator\.model\.0\.weight has another shape"):
        make().restore(other, position)


def test_a_loss_that_is_not_a_number_stops_training():
    trainer = make()
    trainer._generator.model[0].weight.update(jt.array(np.full((128, 110), np.nan, np.float32)))
    with pytest.raises(Diverged, match="diverged at step 1"):
        next(trainer.run())
    with pytest.raises(Diverged, match=r"generator\..* not finite"):
        trainer.state()
