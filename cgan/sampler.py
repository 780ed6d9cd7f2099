"""The one way to use a generator: weights in, images out, without Jittor."""

import functools
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cgan.common import reading
from cgan.common.errors import BadValue, MissingFile, kind_of
from cgan.hub.source import Source, read
from cgan.model.config import GeneratorConfig
from cgan.model.encoder import Encoder, NoEncoder, is_encoder
from cgan.model.generator import NumpyGenerator
from cgan.model.reader import CERTAIN, NoReader, Reader, is_reader
from cgan.model.weights import Weights, encoder_fingerprint, fingerprint
from cgan.writing import inked, number, picture
from cgan.writing.checks import one_of, real
from cgan.writing.drawing import draw
from cgan.writing.hand import Hand
from cgan.writing.latents import check_seed, latents
from cgan.writing.limits import (
    MAX_LATENTS,
    MAX_ROWS,
    MAX_SCALE,
    check_best_of,
    check_count,
    check_grey,
)
from cgan.writing.marks import SIDE
from cgan.writing.memory import Memory
from cgan.writing.normalise import normalise
from cgan.writing.own_hand import MAX_TEXT, ForeignHand, OwnHand
from cgan.writing.settings import SPACINGS

# Columns of an unconditional generator's grid, which has no classes to fill them.
_UNCONDITIONAL_COLUMNS = 10


class Sampler:
    """Generates images and writes numbers; immutable, safe to share between threads.

    Each image depends on the weights, its latent and its label alone: never on the others in
    the batch, the thread or the order of calls.

    Attributes:
        config: what the generator is: latent_dim, n_classes, img_size and the rest.
        parameter_count: trained numbers in the generator.
        sha256: of the bytes of its `model.safetensors` without an encoder, in hexadecimal: adding
            one changes no picture.
        encoder_sha256: of those of the encoder alone; None without one.
        source: where the weights come from.
    """

    config: GeneratorConfig
    parameter_count: int
    sha256: str
    encoder_sha256: str | None
    source: Source

    def __init__(self, weights: Weights, source: Source | None = None) -> None:
        """Use checked weights; `from_pretrained` reads them from a folder or the Hub.

        Raises:
            BadValue: these are none, but perhaps the name of some.
        """
        if not isinstance(weights, Weights):
            raise BadValue(
                "Sampler takes weights that were read, not their name: use "
                f"Sampler.from_pretrained({weights!r})."
            )
        self.config = weights.config
        self.source = source or Source()
        self.parameter_count = sum(
            tensor.size
            for name, tensor in weights.tensors.items()
            if "running_" not in name and not (is_reader(name) or is_encoder(name))
        )
        self.sha256 = fingerprint(weights.tensors)
        self.encoder_sha256 = encoder_fingerprint(weights.tensors) if self.config.encoder else None
        self._generator = NumpyGenerator(weights)
        self._reader = Reader(weights.tensors) if self.config.reader else None
        self._encoder = Encoder(weights.tensors) if self.config.encoder else None

    @classmethod
    def from_pretrained(
        cls, weights: str | os.PathLike[str] | None = None, *, revision: str | None = None
    ) -> "Sampler":
        """Load a generator.

        Args:
            weights: a folder with `model.safetensors` and `config.json`; or a repository on the
                Hugging Face Hub, "user/name" or "user/name@revision"; None for the weights that
                come with this package. "a/b" is the folder if there is one, else the repository;
                "./a/b" is always the folder.
            revision: branch, tag or commit of the repository; None for its main branch.

        Raises:
            UserError: something is missing or wrong: the sentence names the file and the key or,
                for a repository, says why it can't be loaded and what to do.
        """
        return cls(*read(weights, revision))

    @property
    def fields(self) -> dict[str, str]:
        """Metadata about the weights for a picture's file: their origin and their sha256."""
        fields = {"weights-sha256": self.sha256}
        return {"weights": self.source.label, **fields} if self.source.label else fields

    def latents(self, n: int, *, seed: int) -> NDArray[np.float32]:
        """Return n latents of a seed.

        Returns:
            (n, latent_dim) float32, standard normal; row i depends on (seed, i) alone.

        Raises:
            BadValue: n or the seed is out of range.
        """
        return latents(check_count("n", n, MAX_LATENTS), check_seed(seed), self.config.latent_dim)

    def generate(self, z: ArrayLike, labels: ArrayLike | None = None) -> NDArray[np.float32]:
        """Generate one image per latent.

        Args:
            z: (N, latent_dim), standard normal; computed as float32.
            labels: (N,) integers in 0 .. n_classes - 1; None for an unconditional generator.

        Returns:
            (N, C, H, W) float32 in [-1, 1], where -1 is black.

        Raises:
            BadValue: a shape, type or value does not fit.
        """
        checked = self._check_z(z)
        return self._generator(checked, self._check_labels(labels, len(checked)))

    def between(
        self, z: ArrayLike, labels: ArrayLike, others: ArrayLike, share: float
    ) -> NDArray[np.float32]:
        """Generate what lies between two classes: all that depends on them is mixed linearly.

        Args:
            z: (N, latent_dim), as for `generate`.
            labels: (N,) integers in 0 .. n_classes - 1.
            others: (N,) integers in 0 .. n_classes - 1.
            share: from 0, which is `generate(z, labels)`, to 1, `generate(z, others)`.

        Returns:
            (N, C, H, W) float32 in [-1, 1].

        Raises:
            BadValue: a shape, type or value does not fit, or the weights are unconditional.
        """
        checked = self._check_z(z)
        first = self._check_labels(labels, len(checked))
        second = self._check_labels(others, len(checked))
        if first is None or second is None:
            raise BadValue("These weights are unconditional: there are no classes to mix.")
        shares = np.full(len(checked), real("share", share, 0, 1), np.float32)
        return self._generator.between(checked, first, second, shares)

    def best(self, z: ArrayLike, labels: ArrayLike) -> int:
        """Return the index of the most legible latent, as judged by `cgan.model.reader`.

        It is the first latent whose images are all read correctly with a probability of at
        least 0.99. Otherwise it is the one whose least legible image is the most legible.
        So digits that are legible already stay as they are, however unusual.

        Args:
            z: (K, latent_dim), the latents to choose from, as for `generate`.
            labels: (N,) integers in 0 .. n_classes - 1: the digits that must be legible.

        Returns:
            From 0 to K - 1; it depends on the weights, z and the labels alone.

        Raises:
            NoReader: the weights have no reader.
            BadValue: a shape, type or value does not fit.
        """
        if self._reader is None:
            raise NoReader
        checked = self._check_z(z)
        if not len(checked):
            raise BadValue("z must have at least one row.")
        wanted = self._check_labels(labels)
        assert wanted is not None  # only conditional generators have a reader
        count = len(wanted)
        best, best_score = 0, -np.inf
        for index, latent in enumerate(checked):
            images = self._generator(np.repeat(latent[None], count, axis=0), wanted)
            scores = [
                self._reader(image)[label] for image, label in zip(images, wanted, strict=True)
            ]
            score = min(scores, default=0.0)
            if score >= CERTAIN:
                return index
            if score > best_score:
                best, best_score = index, score
        return best

    def best_latents(
        self, labels: ArrayLike, *, seed: int, best_of: int = 1
    ) -> NDArray[np.float32]:
        """Return a latent per image: the most legible one of `best_of` candidates.

        Args:
            labels: (N,) integers in 0 .. n_classes - 1.
            seed: of the latents.
            best_of: the number of candidates (see `best`); with 1, these are `latents(N)`.

        Returns:
            (N, latent_dim) float32; row i depends on the weights, seed, i and label i alone.

        Raises:
            NoReader: best_of is more than 1, and the weights have no reader.
            BadValue: an argument is out of range.
        """
        hand = Hand(check_seed(seed), best_of=check_best_of(best_of))
        chosen = self._check_labels(labels)
        if chosen is None:
            raise BadValue("These weights are unconditional: use latents.")
        z = latents(len(chosen), hand.seed, self.config.latent_dim)
        if best_of > 1:
            if self._reader is None:
                raise NoReader
            choose = functools.partial(Memory().latents, self)
            for row, best in enumerate(hand.latents(chosen, self.config.n_classes, choose)):
                z[row] = best.values
        return z

    def read(self, images: ArrayLike) -> NDArray[np.float64]:
        """Return which digits the reader of these weights sees in images.

        Args:
            images: (N, C, H, W) in [-1, 1], as `generate` returns them.

        Returns:
            (N, n_classes) float64, the probability of each class.

        Raises:
            NoReader: the weights have no reader.
            BadValue: a shape, type or value does not fit.
        """
        if self._reader is None:
            raise NoReader
        checked = self._check_images(images)
        read = np.empty((len(checked), self.config.n_classes))
        for row, image in zip(read, checked, strict=True):
            row[:] = np.exp(self._reader(image))
        return read

    def encode(self, images: ArrayLike, labels: ArrayLike) -> NDArray[np.float32]:
        """Return the latents that draw digits like these: the inverse of `generate`.

        Args:
            images: (N, C, H, W) in [-1, 1], as `generate` returns them.
            labels: (N,) integers in 0 .. n_classes - 1: which digits they are.

        Returns:
            (N, latent_dim) float32; row i depends on the weights, image i and label i alone.

        Raises:
            NoEncoder: the weights have no encoder.
            BadValue: a shape, type or value does not fit.
        """
        if self._encoder is None:
            raise NoEncoder
        checked = self._check_images(images)
        wanted_labels = self._check_labels(labels, len(checked))
        assert wanted_labels is not None  # only conditional generators have an encoder
        return self._encoder(checked, wanted_labels)

    def hand(self, images: Sequence[NDArray[Any]] | ArrayLike, labels: ArrayLike) -> OwnHand:
        """Return the hand that wrote some digits: it writes all of them, and these as they are.

        Args:
            images: one or more digits. Drawings or photographs are arrays (H, W) uint8 of any
                size, with ink 255 on exactly 0: they are made to look as those of MNIST do
                (`cgan.writing.normalise`). An array (N, C, H, W) in [-1, 1], as `generate`
                returns it, is taken as it is.
            labels: (N,) integers in 0 .. n_classes - 1: which digits they are.

        Raises:
            NoEncoder: the weights have no encoder.
            BadValue: there is no digit; or a shape, type or value does not fit.
        """
        if self._encoder is None:
            raise NoEncoder
        if not isinstance(images, np.ndarray) or images.dtype == np.uint8:
            images = self._normalised(images)
        if np.ndim(images) and not len(images):
            raise BadValue("A hand needs at least one digit.")
        latents = self.encode(images, labels)
        return OwnHand.of(self.sha256, latents, np.asarray(labels).tolist())

    def load_hand(self, path: str | os.PathLike[str]) -> OwnHand:
        """Read a hand that `python -m cgan hand` wrote for these weights.

        Raises:
            MissingFile: there is none.
            ForeignHand: it is for other weights.
            BadValue: it is something else.
            UserError: it can't be read.
        """
        try:
            values = reading.parse_json(reading.read(Path(path), MAX_TEXT))
            return OwnHand.from_dict(values, self.config, self.sha256)
        except ForeignHand:
            raise
        except FileNotFoundError as error:
            raise MissingFile(f"{path} is missing.") from error
        except OSError as error:
            raise kind_of(error)(f"Could not read {path}: {error.strerror}.") from error
        except ValueError as error:
            raise BadValue(
                f"{path} is no hand that can be read: make one with python -m cgan hand."
            ) from error

    def _normalised(self, drawings: Any) -> NDArray[np.float32]:
        if self.config.channels != 1:
            raise BadValue("These weights draw in colour: they can't read drawings.")
        size = self.config.img_size
        is_number = isinstance(drawings, np.ndarray) and not drawings.ndim
        if is_number or not isinstance(drawings, Iterable):
            raise BadValue(f"images must be one or more drawings, not {drawings!r}.")
        images = [normalise(drawing, size) for drawing in drawings]
        return np.stack(images) if images else np.empty((0, 1, size, size), np.float32)

    def write(
        self,
        text: str,
        *,
        seed: int = 0,
        best_of: int = 1,
        hand: OwnHand | None = None,
        variation: float | None = None,
        spacing: str = "grid",
        pen: float = 0.0,
        scale: int = 1,
    ) -> NDArray[np.uint8]:
        """Write a number by hand, in one row.

        Args:
            text: the number as typed, with digits of any script; spaces, hyphens, dots, slashes
                and brackets between them become gaps of half a digit, or are written (spacing).
            seed: of the latents; digit i depends on the weights, the seed, best_of, i and the
                digit alone.
            best_of: the number of latents to choose the most legible one from, for each digit.
            hand: somebody's own (see `hand`), in place of the seed's.
            variation: how far each digit leaves the hand, from 0 (one latent for all) to 1 (each
                its own); about 0.22 looks like a person's. None for 1, or 0 with a hand of one's
                own.
            spacing: "grid" for the generator's pixels in even cells; "ink" for outlines on one
                line, spaced by their ink, with marks such as + - ( ) . / written.
            pen: from -1 (finer) to 1 (bolder); for "ink".
            scale: how many times as large as the generator's digits; for "ink".

        Returns:
            (H, W_total) uint8, ink 255 on 0, where H is the height of the generator's digits, times
            scale; (H, W_total, 3) for three channels.

        Raises:
            BadValue: a character can't be written (named with its position), there is no digit,
                another argument is out of range, the weights can't write a chosen digit, or the
                hand is for other weights or given together with best_of.
            NoReader: best_of is more than 1, and the weights have no reader.
        """
        by_ink = one_of("spacing", spacing, SPACINGS) == "ink"
        parts = number.parse(text, marks=by_ink)
        pen, scale = real("pen", pen, -1, 1), check_count("scale", scale, MAX_SCALE)
        if not by_ink and (pen, scale) != (0, 1):
            raise BadValue('pen and scale are for spacing="ink".')
        if hand is not None:
            if not isinstance(hand, OwnHand):
                raise BadValue(f"hand must be an OwnHand, as Sampler.hand returns, not {hand!r}.")
            hand.check_fits(self.sha256)
            if check_best_of(best_of) > 1:
                raise BadValue("A hand of one's own has a single latent: best_of must be 1.")
        if variation is None:
            variation = 1.0 if hand is None else 0.0
        variation = real("variation", variation, 0, 1)
        writing = Hand(check_seed(seed), variation, best_of=check_best_of(best_of), own=hand)
        drawing = draw(self, parts, writing)
        if not by_ink:
            return drawing.row
        check_grey(drawing.pixels)
        page = inked.lay_out(drawing, pen, width=np.inf)
        return inked.ink(page, scale * self.config.img_size / SIDE)

    def grid(self, rows: int = 10, *, seed: int = 0) -> NDArray[np.uint8]:
        """Draw every class with the same latents: a column is a class, a row is a latent.

        Returns:
            (rows * H, n_classes * W) uint8, with a last dimension of 3 for three channels. An
            unconditional generator fills 10 columns with a latent for each image.

        Raises:
            BadValue: rows or the seed is out of range.
        """
        rows = check_count("rows", rows, MAX_ROWS)
        if not self.config.conditional:
            columns = _UNCONDITIONAL_COLUMNS
            images = self.generate(self.latents(rows * columns, seed=seed))
            return picture.tile(picture.to_pixels(images), columns)
        columns = self.config.n_classes
        z = np.repeat(self.latents(rows, seed=seed), columns, axis=0)
        images = self.generate(z, np.tile(np.arange(columns), rows))
        return picture.tile(picture.to_pixels(images), columns)

    def _check_images(self, images: ArrayLike) -> NDArray[np.float32]:
        checked = _floats(images, "images")
        if checked.ndim != 4 or checked.shape[1:] != self.config.image_shape:
            wanted = ", ".join(map(str, self.config.image_shape))
            raise BadValue(f"images must have shape (N, {wanted}), not {checked.shape}.")
        if not (np.abs(checked) <= 1).all():
            raise BadValue("images must have values from -1 to 1.")
        return checked

    def _check_z(self, z: ArrayLike) -> NDArray[np.float32]:
        checked = _floats(z)
        if checked.ndim != 2 or checked.shape[1] != self.config.latent_dim:
            raise BadValue(f"z must have shape (N, {self.config.latent_dim}), not {checked.shape}.")
        if not np.isfinite(checked).all():
            raise BadValue("z has values that are not finite float32 numbers.")
        return checked

    def _check_labels(
        self, labels: ArrayLike | None, count: int | None = None
    ) -> NDArray[np.integer[Any]] | None:
        """Return the labels as an array, of any length if `count` is None."""
        if not self.config.conditional:
            if labels is not None:
                raise BadValue("These weights are unconditional: labels must be None.")
            return None
        if labels is None:
            raise BadValue("These weights are conditional: labels are needed.")
        checked = _array(labels, "labels", "integers")
        if checked.shape == (0,):  # an empty list has no type of its own
            checked = checked.astype(np.int32)
        if checked.dtype.kind not in "iu":  # to issubdtype, times are integers, too
            raise BadValue(f"labels must be integers, not {checked.dtype}.")
        wanted = f"({'N' if count is None else count},)"
        if checked.ndim != 1 or (count is not None and len(checked) != count):
            raise BadValue(f"labels must have shape {wanted}, not {checked.shape}.")
        if not self.config.has_classes(checked):
            raise BadValue(f"labels must be from 0 to {self.config.n_classes - 1}.")
        return checked


def _floats(values: ArrayLike, name: str = "z") -> NDArray[np.float32]:
    array = _array(values, name, "numbers")
    if array.dtype.kind not in "iuf":
        raise BadValue(f"{name} must be an array of real numbers, not {array.dtype}.")
    with np.errstate(over="ignore"):  # an overflow becomes infinite, which is refused
        return array.astype(np.float32)


def _array(values: ArrayLike, name: str, wanted: str) -> NDArray[Any]:
    # asarray would take what is behind the mask.
    if isinstance(values, np.ma.MaskedArray) and np.any(values.mask):
        raise BadValue(f"{name} must have no masked values: leave those out, or fill them.")
    try:
        return np.asarray(values)
    except ValueError as error:
        raise BadValue(f"{name} must be an array of {wanted} ({error}).") from error
