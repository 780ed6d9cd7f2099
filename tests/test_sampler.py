"""The sampler: an image depends on weights, latent and label alone, and writing on no more."""

import hashlib
import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cgan.common.errors import BadValue, UserError
from cgan.model import weights
from cgan.model.architectures.conv import ConvConfig
from cgan.model.architectures.mlp import MlpConfig
from cgan.model.reader import NoReader, Reader
from cgan.model.registry import ARCHITECTURES
from cgan.sampler import Sampler
from cgan.writing import picture
from cgan.writing.latents import candidates
from tests.conftest import TINY, message, random_sampler, random_tensors, run_python

UNCONDITIONAL = MlpConfig(latent_dim=3, img_size=8, conditional=False)
COLOUR = MlpConfig(latent_dim=3, n_classes=4, img_size=8, channels=3)
LABELS = np.arange(40) % 10
# Of the usual sizes, where a matrix library has the most to choose; conv as the recipes have it.
CONFIGS = {
    **{name: one.config(architecture=name) for name, one in ARCHITECTURES.items()},
    "conv": ConvConfig(class_norm=True),
}


@pytest.fixture(scope="module", params=CONFIGS)
def architecture(request):
    return request.param


@pytest.fixture(scope="module")
def sampler(architecture):
    return random_sampler(CONFIGS[architecture])


@pytest.fixture(scope="module")
def z(sampler):
    return sampler.latents(len(LABELS), seed=5)


@pytest.fixture(scope="module")
def images(sampler, z):
    return sampler.generate(z, LABELS)


def test_images_have_the_configs_shape_and_range(images):
    assert (images.shape, images.dtype) == ((40, 1, 32, 32), np.float32)
    assert -1 <= images.min() < -0.5
    assert 0.5 < images.max() <= 1


@pytest.mark.parametrize("index", [0, 7, 15, 16, 39])
def test_an_image_is_the_same_alone(sampler, z, images, index):
    alone = sampler.generate(z[index : index + 1], LABELS[index : index + 1])
    np.testing.assert_array_equal(alone[0], images[index])


def test_an_image_is_the_same_anywhere_in_a_batch(sampler, z, images):
    order = np.random.default_rng(0).permutation(len(LABELS))
    np.testing.assert_array_equal(sampler.generate(z[order], LABELS[order]), images[order])


def test_an_image_is_the_same_among_others(sampler, z, images):
    mixed = np.concatenate([1e3 * z[:3], z[20:25]])
    np.testing.assert_array_equal(sampler.generate(mixed, LABELS[17:25])[3:], images[20:25])


def test_threads_may_share_a_sampler(sampler, z, images):
    def part(index):
        return sampler.generate(z[index:], LABELS[index:])

    with ThreadPoolExecutor(8) as pool:
        for index, result in enumerate(pool.map(part, range(24))):
            np.testing.assert_array_equal(result, images[index:])


def test_the_number_of_threads_of_the_matrix_library_does_not_matter(
    architecture, images, tmp_path
):
    code = (
        "import hashlib, numpy\n"
        "from tests.test_sampler import CONFIGS, LABELS, random_sampler\n"
        f"sampler = random_sampler(CONFIGS[{architecture!r}])\n"
        "images = sampler.generate(sampler.latents(len(LABELS), seed=5), LABELS)\n"
        "print(hashlib.sha256(images.tobytes()).hexdigest())\n"
    )
    expected = hashlib.sha256(images.tobytes()).hexdigest()
    for threads in "12":
        result = run_python("-c", code, cwd=tmp_path, OPENBLAS_NUM_THREADS=threads)
        assert (result.stdout.strip(), result.stderr) == (expected, "")


def test_the_label_and_the_latent_both_matter(sampler, z):
    same_latent = sampler.generate(z[[0, 0]], [1, 2])
    same_label = sampler.generate(z[[0, 1]], [1, 1])
    for first, second in (same_latent, same_label):
        assert abs(first - second).mean() > 0.05


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64, np.uint64])
def test_labels_may_be_any_integers(tiny_sampler, dtype):
    z = tiny_sampler.latents(3, seed=0)
    np.testing.assert_array_equal(
        tiny_sampler.generate(z, np.array([9, 0, 5], dtype)), tiny_sampler.generate(z, [9, 0, 5])
    )


def test_z_is_computed_as_float32(tiny_sampler):
    z = np.array([[0.1, 0.2, 0.3]])
    expected = tiny_sampler.generate(z.astype(np.float32), [1])
    np.testing.assert_array_equal(tiny_sampler.generate(z, [1]), expected)
    np.testing.assert_array_equal(tiny_sampler.generate(z.tolist(), [1]), expected)
    np.testing.assert_array_equal(tiny_sampler.generate(np.asfortranarray(z), [1]), expected)


@pytest.mark.parametrize("name", ["runs/x", Path("runs/x"), None])
def test_the_name_of_weights_is_to_be_read_first(name):
    with pytest.raises(BadValue) as caught:
        Sampler(name)
    assert f"Sampler.from_pretrained({name!r})" in message(caught)


def test_an_empty_batch_is_empty(tiny_sampler):
    images = tiny_sampler.generate(np.empty((0, 3)), np.empty(0, int))
    assert images.shape == (0, 1, 8, 8)


@pytest.mark.parametrize(
    ("z", "said"),
    [
        (np.zeros(3), r"z must have shape \(N, 3\), not \(3,\)"),
        (np.zeros((2, 4)), r"z must have shape \(N, 3\), not \(2, 4\)"),
        (np.zeros((2, 3, 1)), "z must have shape"),
        ([[0, 0, np.nan], [0, 0, 0]], "not finite"),
        ([[0, 0, 1e39], [0, 0, 0]], "not finite"),
        ([[0, 0, -np.inf], [0, 0, 0]], "not finite"),
        ([[0, 0, 10**400], [0, 0, 0]], "z "),
        ([[0, 0, None], [0, 0, 0]], "z "),
        ([[0, 0, 0], [0]], "z must be an array"),
        ([["a", "b", "c"], ["d", "e", "f"]], "z must be an array"),
        ([["1", "2", "3"], ["4", "5", "6"]], "z must be an array"),
        (np.zeros((2, 3), complex), "z must be an array"),
        (np.zeros((2, 3), "m8[s]"), "z must be an array"),
        (np.ma.array(np.zeros((2, 3)), mask=np.eye(2, 3)), "z must have no masked values"),
        (None, "z "),
    ],
    ids=[
        *("one dimension", "too long", "three dimensions", "NaN", "too large", "infinite"),
        *("far too large", "None inside", "ragged", "letters", "text", "complex", "times"),
        *("masked", "None"),
    ],
)
def test_latents_that_do_not_fit_are_refused(tiny_sampler, z, said):
    with pytest.raises(UserError, match=said) as caught:
        tiny_sampler.generate(z, [1, 2])
    message(caught)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (None, "labels are needed"),
        ([1.0, 2.0], "labels must be integers, not float64"),
        (["1", "2"], "labels must be integers"),
        ([True, False], "labels must be integers, not bool"),
        ([1, None], "labels must be integers"),
        ([1, 2**70], "labels must be"),
        ([1], r"labels must have shape \(2,\), not \(1,\)"),
        (1, r"labels must have shape \(2,\), not \(\)"),
        ([[1, 2]], r"labels must have shape \(2,\), not \(1, 2\)"),
        ([[1], [1, 2]], "labels must"),
        (np.array([1, 2], "m8[s]"), "labels must be integers"),
        (np.ma.array([1, 2], mask=[0, 1]), "labels must have no masked values"),
        ([1, 10], "labels must be from 0 to 9"),
        ([-1, 1], "labels must be from 0 to 9"),
    ],
    ids=repr,
)
def test_labels_that_do_not_fit_are_refused(tiny_sampler, labels, said):
    with pytest.raises(UserError, match=said) as caught:
        tiny_sampler.generate(np.zeros((2, 3)), labels)
    message(caught)


def test_what_is_masked_in_no_place_is_taken(tiny_sampler):
    z = np.zeros((2, 3))
    expected = tiny_sampler.generate(z, [1, 2])
    np.testing.assert_array_equal(
        tiny_sampler.generate(np.ma.array(z), np.ma.array([1, 2])), expected
    )


def test_latents_are_those_of_the_seed(tiny_sampler):
    rows = tiny_sampler.latents(4, seed=7)
    assert (rows.shape, rows.dtype) == ((4, 3), np.float32)
    np.testing.assert_array_equal(tiny_sampler.latents(np.int64(2), seed=7), rows[:2])
    assert not np.array_equal(tiny_sampler.latents(4, seed=8), rows)


@pytest.mark.parametrize("n", [0, -1, 1.0, "1", None, True, 2**24, 2**70])
def test_a_bad_count_is_refused(tiny_sampler, n):
    with pytest.raises(UserError, match="n must be a whole number from 1 to 16,777,215"):
        tiny_sampler.latents(n, seed=0)


@pytest.mark.parametrize("seed", [-1, 2**63, 0.5, "0", None])
def test_a_bad_seed_is_refused(tiny_sampler, seed):
    for use in (
        lambda: tiny_sampler.latents(1, seed=seed),
        lambda: tiny_sampler.write("1", seed=seed),
        lambda: tiny_sampler.grid(1, seed=seed),
    ):
        with pytest.raises(UserError, match="The seed must be a whole number"):
            use()


def digit(sampler, index, label, seed):
    """Return the pixels that digit `index` of any number must have."""
    z = sampler.latents(index + 1, seed=seed)[index:]
    return picture.to_pixels(sampler.generate(z, [label]))[0]


def test_each_digit_has_the_latent_of_its_place(tiny_sampler):
    row = tiny_sampler.write("907", seed=3)
    assert (row.shape, row.dtype) == ((8, 24), np.uint8)
    for index, label in enumerate([9, 0, 7]):
        place = row[:, 8 * index : 8 * index + 8]
        np.testing.assert_array_equal(place, digit(tiny_sampler, index, label, 3))


def test_changing_a_digit_changes_its_pixels_only(tiny_sampler):
    before, after = tiny_sampler.write("13812345678"), tiny_sampler.write("13812945678")
    columns = np.flatnonzero((before != after).any(axis=0))
    assert set(columns) <= set(range(5 * 8, 6 * 8))
    assert len(columns) > 0


def test_the_beginning_does_not_depend_on_what_follows(tiny_sampler):
    number = tiny_sampler.write("13812345678")
    np.testing.assert_array_equal(tiny_sampler.write("138"), number[:, : 3 * 8])


def test_gaps_are_blank_and_do_not_change_the_digits(tiny_sampler):
    number = tiny_sampler.write("1234", seed=2)
    spaced = tiny_sampler.write("+12-3 4", seed=2)
    assert spaced.shape == (8, 4 * 8 + 2 * 4)
    starts = [16, 28]
    gaps = np.concatenate([np.arange(start, start + 4) for start in starts])
    assert (spaced[:, gaps] == 0).all()
    np.testing.assert_array_equal(np.delete(spaced, gaps, axis=1), number)


def test_the_same_digit_twice_is_written_in_two_ways(tiny_sampler):
    first, second = np.split(tiny_sampler.write("11"), 2, axis=1)
    assert not np.array_equal(first, second)


def test_the_seed_and_the_weights_both_matter(tiny_sampler):
    number = tiny_sampler.write("12", seed=0)
    np.testing.assert_array_equal(random_sampler(TINY).write("12", seed=0), number)
    assert not np.array_equal(tiny_sampler.write("12", seed=1), number)
    assert not np.array_equal(random_sampler(TINY, seed=1).write("12", seed=0), number)


def test_any_script_writes_the_same(tiny_sampler):
    np.testing.assert_array_equal(tiny_sampler.write("１٣"), tiny_sampler.write("13"))


def test_colour():
    sampler = random_sampler(COLOUR)
    assert sampler.write("0 3").shape == (8, 2 * 8 + 4, 3)
    assert sampler.grid(2).shape == (2 * 8, 4 * 8, 3)


@pytest.mark.parametrize(
    ("text", "said"), [("12a", "Character 3, 'a'"), ("", "no digit"), ("--", "no digit")]
)
def test_what_cannot_be_written_is_refused(tiny_sampler, text, said):
    with pytest.raises(UserError, match=said):
        tiny_sampler.write(text)


def test_a_digit_beyond_the_classes_is_refused():
    sampler = random_sampler(COLOUR)
    with pytest.raises(UserError, match="the classes 0 to 3; they can't write 7"):
        sampler.write("1702")


def test_a_column_is_a_class_and_a_row_is_a_latent(tiny_sampler):
    grid = tiny_sampler.grid(3, seed=4)
    assert (grid.shape, grid.dtype) == ((3 * 8, 10 * 8), np.uint8)
    for row in range(3):
        for column in range(10):
            tile = grid[8 * row : 8 * row + 8, 8 * column : 8 * column + 8]
            np.testing.assert_array_equal(tile, digit(tiny_sampler, row, column, 4))


def test_a_grid_has_ten_rows_unless_asked(tiny_sampler):
    np.testing.assert_array_equal(tiny_sampler.grid()[: 2 * 8], tiny_sampler.grid(2, seed=0))
    assert tiny_sampler.grid().shape == (80, 80)


@pytest.mark.parametrize("config", [TINY, UNCONDITIONAL], ids=["conditional", "unconditional"])
def test_bad_rows_are_refused_as_given(config):
    sampler = random_sampler(config)
    for rows in (0, -1, 1.5, "1", None, True):
        with pytest.raises(UserError) as caught:
            sampler.grid(rows)
        assert message(caught) == f"rows must be a whole number from 1 to 10,000, not {rows!r}."


def test_an_unconditional_grid_has_a_latent_for_each_image():
    sampler = random_sampler(UNCONDITIONAL)
    grid = sampler.grid(2, seed=4)
    images = picture.to_pixels(sampler.generate(sampler.latents(20, seed=4)))
    assert grid.shape == (2 * 8, 10 * 8)
    np.testing.assert_array_equal(grid[8:, 8:16], images[11])
    assert len(np.unique(images, axis=0)) == 20


def test_unconditional_weights_take_no_label():
    sampler = random_sampler(UNCONDITIONAL)
    with pytest.raises(UserError, match="unconditional: labels must be None"):
        sampler.generate(sampler.latents(1, seed=0), [1])
    with pytest.raises(UserError, match="unconditional: they can't write"):
        sampler.write("1")


def test_between_two_classes_both_ends_are_the_classes(sampler):
    z, labels, others = sampler.latents(20, seed=3), np.arange(20) % 10, np.arange(20) % 7
    start, end = (sampler.between(z, labels, others, share) for share in (0, 1))
    np.testing.assert_array_equal(start, sampler.generate(z, labels))
    np.testing.assert_array_equal(end, sampler.generate(z, others))
    middle = sampler.between(z, labels, others, 0.5)
    different = labels != others
    assert (abs(middle - start).max(axis=(1, 2, 3)) > 0).tolist() == different.tolist()
    assert (abs(middle - end).max(axis=(1, 2, 3)) > 0).tolist() == different.tolist()


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), "0.5", None, True, np.ones(1)])
def test_a_share_beyond_the_ends_is_refused(tiny_sampler, share):
    with pytest.raises(UserError, match="Share must be a number from 0 to 1"):
        tiny_sampler.between(tiny_sampler.latents(1, seed=0), [1], [2], share)


def test_unconditional_weights_have_nothing_between_classes():
    sampler = random_sampler(MlpConfig(latent_dim=3, img_size=8, conditional=False))
    with pytest.raises(UserError, match="unconditional"):
        sampler.between(sampler.latents(1, seed=0), [1], [2], 0.5)


def test_the_fingerprint_is_that_of_the_file(tiny_weights):
    data = (tiny_weights / "model.safetensors").read_bytes()
    assert Sampler.from_pretrained(tiny_weights).sha256 == hashlib.sha256(data).hexdigest()


def test_parameters_are_counted_without_statistics_and_reader():
    # Of the article's generator: 5 linear layers, 3 BatchNorms' scale and shift, an embedding.
    widths = (110, 128, 256, 512, 1024, 1024)
    linear = sum(a * b + b for a, b in itertools.pairwise(widths))
    expected = linear + 2 * (256 + 512 + 1024) + 100
    assert random_sampler(CONFIGS["mlp"]).parameter_count == expected
    with_reader = replace(CONFIGS["mlp"], reader=True)
    assert random_sampler(with_reader).parameter_count == expected


@pytest.mark.parametrize("kind", [str, lambda path: path], ids=["str", "Path"])
def test_a_folder_may_be_text_or_a_path(tiny_weights, tiny_sampler, kind):
    sampler = Sampler.from_pretrained(kind(tiny_weights))
    assert sampler.config == TINY
    np.testing.assert_array_equal(sampler.write("123"), tiny_sampler.write("123"))


def test_a_folder_without_weights_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"config\.json is missing"):
        Sampler.from_pretrained(tmp_path)


@pytest.fixture(scope="module")
def pretrained():
    """The weights that come with the package."""
    return Sampler.from_pretrained()


def test_pretrained_writes_a_phone_number(pretrained):
    number = pretrained.write("13812345678", seed=7)
    assert (number.shape, number.dtype) == ((32, 352), np.uint8)
    # Ink on black: every digit has some of each.
    for place in np.split(number, 11, axis=1):
        assert place.max() > 200
        assert np.median(place) < 30


def test_pretrained_draws_a_grid_of_ten_classes(pretrained):
    grid = pretrained.grid(3, seed=0)
    assert grid.shape == (3 * 32, 10 * 32)


def test_pretrained_classes_look_different(pretrained):
    """Even their averages differ, so it is not the latents that make the difference."""
    z = np.repeat(pretrained.latents(20, seed=1), 10, axis=0)
    images = pretrained.generate(z, np.tile(np.arange(10), 20))
    averages = images.reshape(20, 10, -1).mean(axis=0)
    distances = abs(averages[:, None] - averages[None]).mean(axis=2)
    assert distances[~np.eye(10, dtype=bool)].min() > 0.02


def read(sampler, z, label):
    """Return the probability of `label` for the image of a latent, as the reader sees it."""
    (image,) = sampler.generate(z[None], [label])
    return np.exp(Reader(random_tensors(sampler.config))(image)[label])


@pytest.mark.parametrize("label", range(10))
def test_the_best_latent_is_the_one_that_is_read_best(reading_sampler, label):
    z = candidates(3, label, 8, 3)
    chances = [read(reading_sampler, each, label) for each in z]
    sure = [index for index, chance in enumerate(chances) if chance >= 0.99]
    expected = sure[0] if sure else int(np.argmax(chances))
    assert reading_sampler.best(z, [label]) == expected


def test_among_those_that_are_legible_the_first_stays():
    """A reader that reads everything as a 7, with the output layer's bias."""
    config = replace(TINY, reader=True)
    tensors = random_tensors(config)
    tensors["reader.output.weight"] *= 0
    tensors["reader.output.bias"][:] = 10 * (np.arange(10) == 7)
    sampler = Sampler(weights.Weights(config, tensors))
    z = candidates(0, 0, 5, 3)
    assert sampler.best(z, [7]) == 0
    np.testing.assert_array_equal(
        sampler.write("777", seed=4, best_of=5), sampler.write("777", seed=4)
    )
    assert sampler.best(z, [3]) == 0  # all alike: the first


def test_a_latent_for_several_labels_is_as_good_as_the_worst_of_them(reading_sampler):
    z = candidates(9, 0, 12, 3)
    worst = [min(read(reading_sampler, each, label) for label in range(10)) for each in z]
    assert reading_sampler.best(z, range(10)) == int(np.argmax(worst))


def test_with_one_to_choose_from_nothing_changes(tiny_sampler, reading_sampler):
    for sampler in (tiny_sampler, reading_sampler):
        np.testing.assert_array_equal(
            sampler.best_latents([1, 2, 3], seed=5), sampler.latents(3, seed=5)
        )
    np.testing.assert_array_equal(
        tiny_sampler.write("123", seed=5, best_of=1), tiny_sampler.write("123", seed=5)
    )


def test_a_digit_written_legibly_depends_on_no_other(reading_sampler):
    z = reading_sampler.best_latents(LABELS, seed=5, best_of=6)
    assert z.shape == (40, 3)
    other = LABELS.copy()
    other[7] = 0
    again = reading_sampler.best_latents(other, seed=5, best_of=6)
    rows = np.arange(40) != 7
    np.testing.assert_array_equal(again[rows], z[rows])
    assert (z != reading_sampler.latents(40, seed=5)).any()


def test_the_reader_does_not_count_as_the_generators_parameters(tiny_sampler, reading_sampler):
    assert reading_sampler.parameter_count == tiny_sampler.parameter_count
    z = tiny_sampler.latents(3, seed=1)
    np.testing.assert_array_equal(
        reading_sampler.generate(z, [1, 2, 3]), tiny_sampler.generate(z, [1, 2, 3])
    )


@pytest.mark.parametrize("best_of", [0, -1, 65, 1.5, True, "4", None])
def test_an_invalid_number_of_candidates_is_refused(reading_sampler, best_of):
    with pytest.raises(UserError, match="best_of must be"):
        reading_sampler.write("1", best_of=best_of)


def test_the_most_legible_cannot_be_found_without_a_reader(tiny_sampler):
    with pytest.raises(NoReader, match="best_of must be 1"):
        tiny_sampler.write("138", best_of=2)


@pytest.mark.parametrize("labels", [[99], [1.5], 5, "abc", None, [[1], [2, 3]]])
@pytest.mark.parametrize("best_of", [1, 2])
def test_latents_for_what_is_no_label_are_refused(reading_sampler, labels, best_of):
    with pytest.raises(BadValue, match="labels"):
        reading_sampler.best_latents(labels, seed=0, best_of=best_of)


@pytest.mark.parametrize(
    ("z", "labels"),
    [
        (np.empty((0, 3)), [1]),
        (np.zeros((2, 4)), [1]),
        (np.zeros((2, 3)), [10]),
        (np.zeros((2, 3)), [[1], [2, 3]]),
    ],
)
def test_candidates_that_do_not_fit_are_refused(reading_sampler, z, labels):
    with pytest.raises(UserError):
        reading_sampler.best(z, labels)


def test_a_number_may_be_written_as_a_hand_spaces_it():
    sampler = Sampler.from_pretrained()
    plain = sampler.write("+86 (138)", seed=3, variation=0.22, spacing="ink")
    large = sampler.write("+86 (138)", seed=3, variation=0.22, spacing="ink", scale=3)
    assert plain.shape[0] == 32
    assert large.shape == (96, 3 * plain.shape[1])
    bold = sampler.write("+86 (138)", seed=3, variation=0.22, spacing="ink", pen=1)
    assert bold.sum() > 1.1 * plain.sum()
    # The marks are written: without them, the same digits have less ink.
    assert plain.sum() > sampler.write("86 138", seed=3, variation=0.22, spacing="ink").sum()
    long = sampler.write("1234567890" * 8, spacing="ink")
    assert long.shape[0] == 32  # in one row
    # Whole numbers of NumPy are numbers, too.
    whole = sampler.write("1", variation=np.int64(1), spacing="ink", pen=np.int64(0))
    np.testing.assert_array_equal(whole, sampler.write("1", spacing="ink"))
    for wrong in ({"spacing": "even"}, {"pen": 0.5}, {"variation": 2}, {"scale": 2}):
        with pytest.raises(BadValue):
            sampler.write("1", **wrong)
