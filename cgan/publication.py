"""What is published of a weights folder: the weights, pictures of what they draw, a model card.

The same folder gives the same bytes.
"""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cgan import card, picture, weights
from cgan.config import GeneratorConfig
from cgan.errors import UserError
from cgan.repository import Repository
from cgan.sampler import Sampler
from cgan.source import Source

METRICS_NAME = "metrics.json"

_NUMBER_KEY = "number"
_ROWS = 10
_DIGIT_HEIGHT = 96  # pixels, at least, of a digit in the pictures
_MAX_METRICS_BYTES = 1 << 20


def publication(folder: Path, repository: Repository) -> dict[str, bytes]:
    """Return the files to publish, by their paths in the repository.

    `config.json` goes without the number that the run has written.

    Args:
        folder: of a run, or any with `model.safetensors` and `config.json`; `metrics.json` in it,
            if there is one, is published and quoted: {"gan_test": 0.99, "gan_train": 0.97,
            "frechet_distance": 9.9, "precision": 0.9, "recall": 0.8, "data": "MNIST test"}, of
            which any may be missing.
        repository: where they go: the card says how to load them from there.

    Raises:
        UserError: something in the folder is missing or wrong.
    """
    sampler = Sampler(weights.load(folder), Source("folder", str(folder)))
    content = weights.load_config(folder)
    training = dict(content.get(weights.TRAINING_KEY, {}))
    metrics = _read_metrics(folder / METRICS_NAME)
    files = {
        weights.WEIGHTS_NAME: (folder / weights.WEIGHTS_NAME).read_bytes(),
        weights.CONFIG_NAME: (folder / weights.CONFIG_NAME).read_bytes(),
        card.GRID_NAME: _png(sampler.grid(_ROWS, seed=0), sampler.config),
    }
    if training.pop(_NUMBER_KEY, None) is not None:
        published = json.dumps(content | {weights.TRAINING_KEY: training}, indent=2) + "\n"
        files[weights.CONFIG_NAME] = published.encode()
    if card.writes_numbers(sampler.config):
        files[card.NUMBER_NAME] = _png(sampler.write(card.NUMBER, seed=0), sampler.config)
    if metrics:
        files[METRICS_NAME] = (folder / METRICS_NAME).read_bytes()
    files[card.CARD_NAME] = card.card(sampler, training, metrics, repository).encode()
    return files


def _read_metrics(path: Path) -> dict[str, Any]:
    try:
        if not path.exists():
            return {}
        if path.stat().st_size > _MAX_METRICS_BYTES:
            raise UserError(f"{path} is too large: remove it, or measure again.")
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(
            f"{path} can't be read as JSON ({error}): remove it, or measure again."
        ) from error
    if not isinstance(content, dict):
        raise UserError(f"{path} must hold a JSON object: remove it, or measure again.")
    return content


def _png(pixels: NDArray[np.uint8], config: GeneratorConfig) -> bytes:
    scale = -(-_DIGIT_HEIGHT // config.img_size)
    file = io.BytesIO()
    Image.fromarray(picture.enlarge(pixels, scale)).save(file, format="PNG")
    return file.getvalue()
