"""The judging classifier: it learns, always the same, and is cached."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cgan.backend import openmp
from cgan.backend.shift import shift
from cgan.data import datasets
from cgan.data.datasets import Dataset
from cgan.evaluation import classifier, network_cache
from cgan.evaluation.classifier import JUDGE, PUPIL, ClassifierSettings, fit, jt, trained

TRAIN, TEST = datasets.load_splits("digits", None, 8)
SHORT = ClassifierSettings("short", epochs=1, shift=True)


@pytest.fixture(scope="module")
def judge(classifiers):
    """The judge that other tests use, too; the cache makes it the same as a new one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(classifiers))
        return trained(TRAIN, JUDGE)


@pytest.fixture
def few_steps(monkeypatch):
    monkeypatch.setattr(classifier, "MIN_STEPS", 15)


def noise(shape, classes=3, count=40):
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (count, *shape)).astype(np.float32)
    return Dataset("noise", images, np.arange(count, dtype=np.int32) % classes, shape[1:])


def test_it_knows_real_digits_that_it_never_saw(judge):
    assert judge.accuracy(TEST) > 0.96


def test_probabilities_and_features(judge):
    scores, features = judge.classify(TEST.images)
    assert (scores.shape, scores.dtype) == ((364, 10), np.float32)
    np.testing.assert_allclose(np.exp(scores).sum(axis=1), 1, rtol=1e-5)
    assert (features.shape, features.dtype) == ((364, 128), np.float32)
    assert features.min() == 0
    assert np.isfinite(features).all()
    mistakes = (scores.argmax(axis=1) != TEST.labels).mean()
    assert judge.accuracy(TEST) == 1 - mistakes


def test_what_jittor_is_given_has_a_gradient_to_the_images(judge):
    images = jt.array(TEST.images[:7])
    scores = judge.log_probabilities(images)
    np.testing.assert_allclose(scores.numpy(), judge.classify(TEST.images[:7])[0], atol=1e-5)
    # A small step up the gradient of a wrong class makes it likelier, of each image by itself.
    wrong = np.int32((TEST.labels[:7] + 1) % 10)
    before = scores.numpy()[np.arange(7), wrong]
    gradient = jt.grad(scores[np.arange(7), wrong].sum(), images).numpy()
    steps = 1e-2 * gradient / np.abs(gradient).max(axis=(1, 2, 3), keepdims=True)
    after = judge.log_probabilities(jt.array(TEST.images[:7] + steps)).numpy()
    assert np.all(after[np.arange(7), wrong] > before)


@pytest.mark.usefixtures("few_steps")
def test_the_same_images_give_the_same_weights_whatever_the_process_did():
    first = fit(TRAIN, 10, SHORT)
    jt.set_global_seed(77)
    np.random.default_rng().standard_normal(5)
    with openmp.threads(3):
        second = fit(TRAIN, 10, SHORT)
    assert first.tensors.keys() == second.tensors.keys()
    for name, tensor in first.tensors.items():
        np.testing.assert_array_equal(tensor, second.tensors[name], err_msg=name)
    for one, other in zip(first.classify(TEST.images), second.classify(TEST.images), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.usefixtures("few_steps")
def test_seeds_and_shifts_give_other_weights():
    found = [
        fit(TRAIN, 10, settings).tensors["output.weight"]
        for settings in (SHORT, replace(SHORT, seed=1))
    ]
    assert not np.array_equal(found[0], found[1])
    wide = datasets.load_splits("digits", None, 16)[0]  # 8 pixels are too few to shift
    assert not np.array_equal(
        fit(wide, 10, SHORT).tensors["output.weight"],
        fit(wide, 10, replace(SHORT, shift=False)).tensors["output.weight"],
    )


@pytest.mark.usefixtures("few_steps")
def test_images_are_shifted_by_at_most_a_sixteenth(monkeypatch):
    seen = []

    def record(images, shifts):
        seen.extend(shifts.ravel().tolist())
        return shift(images, shifts)

    monkeypatch.setattr(classifier, "shift", record)
    fit(noise((1, 32, 32)), 3, SHORT)
    assert set(seen) == {-2, -1, 0, 1, 2}
    assert abs(np.mean(seen)) < 0.2


@pytest.mark.usefixtures("few_steps")
@pytest.mark.parametrize("shape", [(1, 4, 4), (3, 9, 9), (1, 33, 33)])
def test_any_size_and_colours(shape):
    images = noise(shape)
    trained_on_noise = fit(images, 3, SHORT)
    scores, features = trained_on_noise.classify(images.images)
    assert scores.shape == (40, 3)
    assert features.shape == (40, 128)


@pytest.mark.usefixtures("few_steps")
def test_two_images_are_enough():
    assert np.isfinite(fit(noise((1, 8, 8), count=2), 3, PUPIL).tensors["hidden.weight"]).all()


def test_what_check_raises_stops_it():
    steps = []

    def check():
        steps.append(1)
        if len(steps) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(TRAIN, 10, JUDGE, check)
    assert len(steps) == 3


def key(module=classifier, data=TRAIN, **changes):
    """Return where a module would cache a classifier."""
    settings = replace(SHORT, **changes)
    return network_cache.path(data.checksum(), module.cache_key(settings))


def test_the_cache_does_not_depend_on_the_source_text(tmp_path):
    copy = tmp_path / "moved.py"
    copy.write_text("# A comment.\n" + Path(classifier.__file__).read_text())
    spec = importlib.util.spec_from_file_location("cgan.evaluation.moved", copy)
    moved = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(moved)
    assert key(moved) == key()


def test_the_cache_depends_on_all_that_decides_the_weights(monkeypatch):
    keys = [key(), key(epochs=2), key(shift=False), key(seed=1), key(channels=(1, 2, 3))]
    keys += [key(features=64), key(data=TEST)]
    monkeypatch.setattr(classifier, "VERSION", classifier.VERSION + 1)
    keys.append(key())
    monkeypatch.setattr(jt, "__version__", "another")
    keys.append(key())
    assert len(set(keys)) == len(keys)


@pytest.mark.usefixtures("few_steps")
def test_it_is_trained_once_and_then_kept(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    said = []
    first = trained(TRAIN, SHORT, said.append)
    assert len(said) == 1
    assert said[0].startswith("Training the short on scikit-learn digits: 1,433 images of 8x8")
    (path,) = (tmp_path / "cgan" / "classifiers").iterdir()

    second = trained(TRAIN, SHORT, said.append)
    assert len(said) == 1
    # One with another number of classes doesn't displace it.
    trained(TRAIN, SHORT, said.append, n_classes=11)
    trained(TRAIN, SHORT, said.append)
    assert len(said) == 2
    for one, other in zip(first.classify(TEST.images), second.classify(TEST.images), strict=True):
        np.testing.assert_array_equal(one, other)

    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    trained(TRAIN, SHORT, said.append)
    assert len(said) == 3
    assert "it is trained again" in capsys.readouterr().err
    assert path.read_bytes() == whole

    trained(TRAIN.part(slice(500)), SHORT, said.append)
    assert len(said) == 4
