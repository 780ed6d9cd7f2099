"""The files to publish for a weights folder: the weights, sample pictures and a model card.

The same folder always gives the same bytes.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cgan.export import exported
from cgan.hub.repository import Repository
from cgan.hub.source import read
from cgan.model import metrics, weights
from cgan.model.config import GeneratorConfig
from cgan.publish import card
from cgan.sampler import Sampler
from cgan.writing import picture

ONNX_NAMES = tuple(exported.file_name(part) for part in exported.PARTS)
NOT_ALWAYS = (card.NUMBER_NAME, metrics.METRICS_NAME, *ONNX_NAMES)
"""Files that only some weights are published with, or that were not asked for."""

PRIVATE = frozenset({"number", "data_dir"})
"""What of a training may be somebody's own, so that it isn't published."""

PUBLIC_DATA = frozenset({"MNIST", "scikit-learn digits"})
"""Names of data that may be published: others name a folder."""
_OWN_DATA = "own images"

_ROWS = 10
_DIGIT_HEIGHT = 96  # pixels, at least, of a digit in the pictures


def publication(folder: Path, repository: Repository, *, onnx: bool = False) -> dict[str, bytes]:
    """Return the files to publish, by their paths in the repository.

    `config.json` is published without `PRIVATE` options, such as the number that the run wrote, and
    `metrics.json` without the name of a folder.

    Args:
        folder: a run folder, or any with `model.safetensors` and `config.json`. Its `metrics.json`
            is published and quoted if it was measured on these weights.
        repository: where they will be; the card says how to load them from there.
        onnx: whether ONNX files are among them, which needs onnx and onnxruntime.

    Raises:
        UserError: something in the folder is missing or wrong.
    """
    loaded, source = read(folder)
    sampler = Sampler(loaded, source)
    content = weights.load_config(folder)
    training = dict(content.get(weights.TRAINING_KEY, {}))
    measured = metrics.load(folder, sampler.sha256)
    files = {
        weights.WEIGHTS_NAME: (folder / weights.WEIGHTS_NAME).read_bytes(),
        weights.CONFIG_NAME: (folder / weights.CONFIG_NAME).read_bytes(),
        card.GRID_NAME: _png(sampler.grid(_ROWS, seed=0), sampler.config),
    }
    if PRIVATE & training.keys():
        training = {name: value for name, value in training.items() if name not in PRIVATE}
        published = json.dumps(content | {weights.TRAINING_KEY: training}, indent=2) + "\n"
        files[weights.CONFIG_NAME] = published.encode()
    if card.writes_numbers(sampler.config):
        files[card.NUMBER_NAME] = _png(sampler.write(card.NUMBER, seed=0), sampler.config)
    if measured is not None:
        files[metrics.METRICS_NAME] = (folder / metrics.METRICS_NAME).read_bytes()
        if measured.data not in PUBLIC_DATA:
            measured = replace(measured, data=_OWN_DATA)
            files[metrics.METRICS_NAME] = metrics.to_json(measured).encode()
    figures = {} if measured is None else measured.to_dict()
    parts: dict[str, bytes] = {}
    if onnx:
        parts, _ = exported.export(loaded)
        files |= {exported.file_name(part): content for part, content in parts.items()}
    text = card.card(sampler, training, figures, repository, tuple(parts))
    files[card.CARD_NAME] = text.encode()
    return files


def _png(pixels: NDArray[np.uint8], config: GeneratorConfig) -> bytes:
    scale = -(-_DIGIT_HEIGHT // config.img_size)
    return picture.png(Image.fromarray(picture.enlarge(pixels, scale)))
