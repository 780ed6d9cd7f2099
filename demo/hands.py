"""Hands of one's own, from digits that visitors draw or photograph. Nothing of them is kept.

The page keeps a visitor's digits and sends all of them with each question, 784 bytes each: as MNIST
has them. It must not know HTML, languages or Gradio.
"""

import base64
import binascii
import json
import time
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cgan import Sampler
from cgan.common.values import is_whole
from cgan.model.encoder import NoEncoder
from cgan.writing import number, picture
from cgan.writing.drawn import BadStrokes, ink_of
from cgan.writing.limits import check_classes
from cgan.writing.normalise import MNIST_SIZE, normalise, to_mnist
from cgan.writing.own_hand import OwnHand, rounded
from cgan.writing.photo import SENT, read_photo
from cgan.writing.setting import PictureText, checked
from cgan.writing.settings import HandSettings
from cgan.writing.upright import IN_ORDER, NotUpright, OtherDigits, read_sheet
from demo.models import Model

MAX_DIGITS = 40  # of a hand
_KEYS = {"version", "digits", "strokes", "digit"}
_FEW = 3  # of fewer digits, the reader may be wrong about most
_MAX_QUESTION = 200_000  # characters; a request holds hardly more


class Digit(NamedTuple):
    """A digit of a visitor's.

    Attributes:
        ink: (28, 28) uint8, ink 255 on 0, as MNIST has it.
        label: which digit it is.
    """

    ink: NDArray[np.uint8]
    label: int


class Question(NamedTuple):
    """What the page asks.

    Attributes:
        version: a number that the answer repeats.
        digits: those of the hand so far.
        drawn: (H, W) uint8, what is on the board; None if nothing is.
        label: which digit that is; None if the reader should say.
    """

    version: int
    digits: list[Digit]
    drawn: NDArray[np.uint8] | None
    label: int | None


class Answer(NamedTuple):
    """What the page shows.

    Attributes:
        version: the question's.
        current: the digit on the board; None without one, or if nobody knows which it is.
        read: which digit the reader takes it for; None without a reader.
        seen: (H, W) uint8, as the generator's images are: the digit on the board.
        again: the same, drawn again by the generator; None without `current`.
        hand: of all digits; None if there is none yet.
        all_digits: (10, H, W) uint8, all ten digits in that hand; None without one.
        milliseconds: the time that all of it took.
    """

    version: int
    current: Digit | None
    read: int | None
    seen: NDArray[np.uint8] | None
    again: NDArray[np.uint8] | None
    hand: OwnHand | None
    all_digits: NDArray[np.uint8] | None
    milliseconds: float


class Photo(NamedTuple):
    """What is in a photograph.

    Attributes:
        digits: in reading order.
        seen: (N, H, W) uint8, as the generator's images are.
        turned: by how many degrees it was turned clockwise: 0, 90, 180 or 270.
        reordered: whether there are ten digits, but not 0 to 9 in order.
    """

    digits: list[Digit]
    seen: NDArray[np.uint8]
    turned: int
    reordered: bool


def can_make(model: Model) -> bool:
    """Return whether a model can make hands."""
    return model.sampler.config.encoder


def answer(model: Model, text: Any) -> Answer:
    """Answer a question of the page, which may come from anyone.

    Raises:
        NoEncoder: the weights can't make a hand.
        NoInk: the board is empty.
        BadStrokes: it isn't a question.
    """
    _check(model)
    question = _read_question(text)
    start = time.perf_counter()
    sampler = model.sampler
    digits, current, read, seen = list(question.digits), None, None, None
    if question.drawn is not None:
        ink = to_mnist(question.drawn)
        image = normalise(ink, sampler.config.img_size)
        read, seen = _read(sampler, image), picture.to_pixels(image[None])[0]
        label = read if question.label is None else question.label
        if label is not None:
            current = Digit(ink, label)
            digits.append(current)
    hand, again, all_digits = None, None, None
    if digits:
        labels = np.array([digit.label for digit in digits])
        size = sampler.config.img_size
        latents = sampler.encode(np.stack([normalise(d.ink, size) for d in digits]), labels)
        hand = OwnHand.of(sampler.sha256, latents, labels.tolist())
        wanted = [*range(10), int(labels[-1])]
        z = np.stack([*map(hand.latent_of, range(10)), rounded(latents[-1])])
        pixels = picture.to_pixels(sampler.generate(z, np.array(wanted)))
        all_digits, again = pixels[:10], pixels[10] if current else None
    milliseconds = (time.perf_counter() - start) * 1000
    return Answer(question.version, current, read, seen, again, hand, all_digits, milliseconds)


def version_of(text: Any) -> int | None:
    """Return the version of a question that can't be answered; None if it has none."""
    try:
        version = json.loads(text)["version"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return version if is_whole(version, 0, 1 << 53) else None


def find(model: Model, photo: Any) -> Photo:
    """Return the digits in a photograph, in reading order.

    Ten digits are taken for 0 to 9 unless they clearly look otherwise; the reader says which others
    are. A photograph that clearly isn't upright is turned.

    Args:
        model: whose reader and size of images count.
        photo: text, base64 of a JPEG, PNG or WebP file, from anyone.

    Raises:
        UserError: it can't be read.
    """
    _check(model)
    sampler = model.sampler
    sheet = read_sheet(read_photo(PictureText().check(photo), SENT), sampler)
    in_order = sheet.is_in_order()
    labels = IN_ORDER if in_order else sheet.read or [0] * len(sheet.found)
    digits = [
        Digit(to_mnist(one.ink), label) for one, label in zip(sheet.found, labels, strict=True)
    ]
    reordered = len(digits) == len(IN_ORDER) and not in_order
    return Photo(digits, picture.to_pixels(sheet.images), sheet.turned, reordered)


def from_photo(model: Model, settings: HandSettings) -> str:
    """Return the hand in a photograph, as the JSON that `python -m cgan hand` writes.

    Nothing can be said besides the hand, so that a photograph that is clearly of other digits, or
    isn't upright, is refused.

    Raises:
        UserError: a setting is wrong, or other digits are found.
    """
    _check(model)
    right = checked(settings)
    labels = np.array(number.digits_of(number.parse(right.digits)))
    check_classes(model.sampler.config, labels)
    assert isinstance(right.picture, bytes)  # since it is checked
    sheet = read_sheet(read_photo(right.picture, SENT), model.sampler, labels.tolist())
    doubts = sheet.doubts(labels.tolist())
    if sheet.turned:
        raise NotUpright(sheet.turned)
    if len(labels) >= _FEW and len(doubts) > len(labels) / 2:
        raise OtherDigits(labels.tolist(), sheet.read or [])
    hand = model.sampler.hand([digit.ink for digit in sheet.found], labels)
    return json.dumps(hand.to_dict())


def to_text(ink: NDArray[np.uint8]) -> str:
    """Return a digit's ink as the page keeps it."""
    return base64.b64encode(ink.tobytes()).decode()


def _check(model: Model) -> None:
    if not can_make(model):
        raise NoEncoder


def _read(sampler: Sampler, image: NDArray[np.float32]) -> int | None:
    return int(sampler.read(image[None])[0].argmax()) if sampler.config.reader else None


def _read_question(text: Any) -> Question:
    """Read a question.

    Raises:
        BadStrokes: it is none.
        NoInk: the board is empty.
    """
    if not isinstance(text, str) or len(text) > _MAX_QUESTION:
        raise BadStrokes
    try:
        asked = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadStrokes from error
    if not isinstance(asked, dict) or asked.keys() != _KEYS:
        raise BadStrokes
    digits, strokes, label = asked["digits"], asked["strokes"], asked["digit"]
    if not is_whole(asked["version"], 0, 1 << 53):
        raise BadStrokes
    if not isinstance(digits, list) or len(digits) > MAX_DIGITS:
        raise BadStrokes
    return Question(
        asked["version"],
        [_read_digit(digit) for digit in digits],
        None if strokes is None else ink_of(strokes),
        None if label is None else _read_label(label),
    )


def _read_digit(sent: Any) -> Digit:
    if not isinstance(sent, dict) or sent.keys() != {"ink", "digit"}:
        raise BadStrokes
    try:
        data = base64.b64decode(sent["ink"], validate=True)
    except (TypeError, binascii.Error, ValueError) as error:
        raise BadStrokes from error
    if len(data) != MNIST_SIZE**2 or not any(data):
        raise BadStrokes
    ink = np.frombuffer(data, np.uint8).reshape(MNIST_SIZE, MNIST_SIZE)
    return Digit(ink, _read_label(sent["digit"]))


def _read_label(label: Any) -> int:
    if not is_whole(label, 0, 9):
        raise BadStrokes
    return int(label)
