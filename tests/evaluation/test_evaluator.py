"""What the metrics tell apart: real, collapsed, noisy and mislabelled images."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cgan.common.errors import BadValue
from cgan.data import datasets
from cgan.evaluation.evaluator import Evaluator, check_fits
from cgan.model.architectures.mlp import MlpConfig
from cgan.training.options import TrainingOptions
from tests.conftest import TINY, message, random_sampler

TRAIN, TEST = datasets.load_splits("digits", None, 8)
SAMPLES = 400


@pytest.fixture(scope="module")
def evaluator(classifiers):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(classifiers))
        return Evaluator(TRAIN, TEST)


@pytest.fixture(autouse=True)
def _cache(cached_classifiers):
    pass


def collapsed():
    """Return images as a collapsed generator draws them: always the same one of each class.

    It is the one that is nearest to the mean of its class, with a little noise.
    """
    rng = np.random.default_rng(0)
    labels = np.arange(len(TRAIN.labels), dtype=np.int32) % 10
    prototypes = []
    for label in range(10):
        of_class = TRAIN.images[TRAIN.labels == label]
        distances = np.square(of_class - of_class.mean(axis=0)).sum(axis=(1, 2, 3))
        prototypes.append(of_class[distances.argmin()])
    images = np.stack(prototypes)[labels]
    images += rng.normal(0, 0.01, images.shape)
    return np.clip(images, -1, 1).astype(np.float32), labels


def test_real_images_are_good_in_every_way(evaluator):
    judgement = evaluator.judge(TRAIN.images, TRAIN.labels)
    assert judgement.accuracy > 0.99
    assert min(judgement.accuracy_per_class) > 0.97
    precision, recall = evaluator.precision_recall(judgement.features)
    assert precision > 0.7
    assert recall > 0.6
    assert evaluator.gan_train(TRAIN.images, TRAIN.labels) > 0.95


def test_collapsed_images_pass_gan_test_but_not_gan_train_or_recall(evaluator):
    images, labels = collapsed()
    real, lost = evaluator.judge(TRAIN.images, TRAIN.labels), evaluator.judge(images, labels)
    assert lost.accuracy > 0.99
    assert evaluator.gan_train(images, labels) < 0.9
    precision, recall = evaluator.precision_recall(lost.features)
    assert precision > 0.9
    assert recall < 0.05
    far, near = (evaluator.frechet_distance(judged.features) for judged in (lost, real))
    assert far > 5 * near


def test_noise_is_like_nothing(evaluator):
    images = np.random.default_rng(0).uniform(-1, 1, TRAIN.images.shape).astype(np.float32)
    judgement = evaluator.judge(images, TRAIN.labels)
    assert judgement.accuracy < 0.3
    assert evaluator.precision_recall(judgement.features)[1] < 0.2
    assert evaluator.frechet_distance(judgement.features) > 10
    assert evaluator.gan_train(images, TRAIN.labels) < 0.3


def test_worse_images_are_farther_away(evaluator):
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 1, TEST.images.shape).astype(np.float32)
    distances = [
        evaluator.frechet_distance(
            evaluator.judge(np.clip(TEST.images + share * noise, -1, 1), TEST.labels).features
        )
        for share in (0.0, 0.2, 0.4, 0.8)
    ]
    assert distances == sorted(distances)
    assert distances[0] < 0.01 * distances[1]


def test_accuracy_of_each_class_is_of_the_label_that_was_asked_for(evaluator):
    # Half of the threes are labelled as fives.
    labels = TEST.labels.copy()
    threes = np.flatnonzero(labels == 3)
    labels[threes[::2]] = 5
    before = evaluator.judge(TEST.images, TEST.labels)
    after = evaluator.judge(TEST.images, labels)
    fives = (TEST.labels == 5).sum()
    share = fives / (fives + len(threes[::2]))
    assert after.accuracy_per_class[5] == pytest.approx(
        before.accuracy_per_class[5] * share, abs=0.03
    )
    assert after.accuracy_per_class[0] == before.accuracy_per_class[0]
    assert (after.scores[threes[::2]] < before.scores[threes[::2]]).mean() > 0.9
    wrong = (after.scores < np.log(0.5)).mean()
    assert after.accuracy == pytest.approx(1 - wrong, abs=0.02)


@pytest.fixture(scope="module")
def measured(evaluator, tmp_path_factory):
    """Return the metrics of random weights, and the folder with their pictures."""
    pictures = tmp_path_factory.mktemp("pictures")
    return evaluator.evaluate(random_sampler(TINY), SAMPLES, seed=3, pictures=pictures), pictures


@pytest.mark.slow
def test_all_is_measured(evaluator, measured):
    """That the same weights give the same metrics is tested with `cgan evaluate`."""
    found, pictures = measured
    assert [name for name, value in vars(found).items() if value is None] == ["hand"]
    assert (found.samples, found.seed) == (SAMPLES, 3)
    assert (found.data, found.sha256) == ("scikit-learn digits", random_sampler(TINY).sha256)
    assert found.classifier_accuracy > 0.96
    assert found.gan_train_real > 0.95
    # What random weights draw looks like nothing.
    assert found.gan_test < 0.4
    assert found.gan_train < 0.6
    assert found.frechet_distance > 10 * found.frechet_distance_real
    assert found.precision < found.precision_real
    assert found.recall < found.recall_real
    counts = np.bincount(evaluator.labels(SAMPLES))
    assert found.gan_test == pytest.approx(counts @ found.gan_test_per_class / SAMPLES, abs=1e-5)
    for name in ("scores.png", "neighbours.png", "pixels.png"):
        with Image.open(pictures / name) as image:
            assert image.height >= 80


def test_quick_metrics_are_those_of_the_whole(evaluator, measured):
    quick = evaluator.quick(random_sampler(TINY), SAMPLES, seed=3)
    whole, _ = measured
    left_out = dict.fromkeys(
        ("gan_train", "gan_train_real", "precision", "recall", "precision_real", "recall_real")
    )
    left_out |= {"details": None, "details_real": None}
    assert quick == replace(whole, **left_out)
    other = evaluator.quick(random_sampler(TINY), SAMPLES, seed=4)
    assert other.frechet_distance != quick.frechet_distance


def test_samples_have_the_labels_of_the_training_images_and_depend_on_their_index(evaluator):
    sampler, count = random_sampler(TINY), len(TRAIN.labels)
    images, labels = evaluator.draw(sampler, count, seed=1)
    assert labels.dtype == np.int32
    assert sorted(labels) == sorted(TRAIN.labels)
    few, first = evaluator.draw(sampler, 50, seed=1)
    np.testing.assert_array_equal(few, images[:50])
    np.testing.assert_array_equal(first, labels[:50])
    assert len(set(first)) == 10  # in random order


def test_a_class_without_images_is_not_the_worst_one(evaluator):
    few = TEST.part(TEST.labels != 4)
    judged = evaluator.judge(few.images, few.labels)
    assert judged.accuracy_per_class[4] == 1


def test_measuring_between_steps_of_training_changes_no_weight(evaluator):
    from cgan.model.weights import Weights
    from cgan.sampler import Sampler
    from cgan.training.trainer import Trainer

    def train(measure):
        options = TrainingOptions(dataset="digits", img_size=8, batch_size=64, n_epochs=1)
        few = replace(TRAIN, images=TRAIN.images[:320], labels=TRAIN.labels[:320])
        trainer = Trainer(MlpConfig(img_size=8), options, few)  # five steps
        for step, _ in enumerate(trainer.run()):
            if measure and step in (1, 3):
                evaluator.quick(
                    Sampler(Weights(trainer.config, trainer.generator_state())), SAMPLES
                )
        return trainer.state()

    undisturbed, measured = train(measure=False), train(measure=True)
    for name, tensor in undisturbed.items():
        np.testing.assert_array_equal(tensor, measured[name], err_msg=name)


def test_what_check_raises_stops_drawing(evaluator):
    def stop():
        raise KeyboardInterrupt

    # Its classifier is in the cache already.
    stopped = Evaluator(TRAIN, TEST, check=stop)
    with pytest.raises(KeyboardInterrupt):
        stopped.draw(random_sampler(TINY), SAMPLES, seed=0)


@pytest.mark.parametrize(
    ("config", "samples", "reason"),
    [
        (replace(TINY, conditional=False), 400, "These weights are unconditional"),
        (
            replace(TINY, img_size=9),
            400,
            "draw grey images of 9x9, but the data (scikit-learn digits)",
        ),
        (replace(TINY, channels=3), 400, "draw colour images of 8x8"),
        (
            replace(TINY, n_classes=9),
            400,
            "have 9 classes, but the data (scikit-learn digits) have 10",
        ),
        (replace(TINY, n_classes=11), 400, "only be measured with images of all their classes"),
        (TINY, 99, "--samples must be from 100 to 1433"),
        (TINY, 1434, "--samples must be from 100 to 1433"),
    ],
)
def test_what_does_not_fit_is_refused(evaluator, config, samples, reason):
    for refuse in (
        lambda: check_fits(config, TRAIN, samples),
        lambda: evaluator.quick(random_sampler(config), samples),
        lambda: evaluator.evaluate(random_sampler(config), samples),
    ):
        with pytest.raises(BadValue) as caught:
            refuse()
        assert reason in message(caught)


def test_too_few_images_are_told_before_anything_is_asked_of_samples():
    with pytest.raises(BadValue) as caught:
        check_fits(TINY, TRAIN.part(slice(99)), 400)
    assert "has 99 training images: at least 100 are needed" in message(caught)
