"""Turn the tensors of the article's generator into a weights folder."""

import contextlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from cgan.common.errors import BadValue, UserError, kind_of
from cgan.model import weights
from cgan.model.architectures.mlp import LINEAR_LAYERS, MlpConfig

_EMBEDDING = "label_emb.weight"


def convert(tensors: Mapping[str, NDArray[Any]], pickle_path: Path, folder: Path) -> MlpConfig:
    """Write `model.safetensors` and `config.json` from what `generator.save("….pkl")` saved.

    The sizes come from the shapes of the arrays. Images are square and, as in the article, grey;
    they are RGB if the number of pixels implies it.

    Args:
        tensors: by name, as they were saved.
        pickle_path: where they were read, for messages.
        folder: for the weights; created if missing. It must not hold weights yet.

    Returns:
        The config of the generator.

    Raises:
        UserError: this isn't a checkpoint of the article's generator, or the folder can't be
            used.
    """
    first, last = (f"model.{layer}.weight" for layer in (LINEAR_LAYERS[0], LINEAR_LAYERS[-1]))
    embedding = tensors.get(_EMBEDDING)
    for name in (first, last, *([] if embedding is None else [_EMBEDDING])):
        if name not in tensors or tensors[name].ndim != 2:
            raise BadValue(
                f"{pickle_path} is not a checkpoint of the article's generator: it has no matrix "
                f"{name!r}."
            )
    n_classes = 10 if embedding is None else len(embedding)
    inputs, pixels = tensors[first].shape[1], tensors[last].shape[0]
    channels = 1 if math.isqrt(pixels) ** 2 == pixels else 3
    try:
        config = MlpConfig(
            latent_dim=inputs - (0 if embedding is None else n_classes),
            n_classes=n_classes,
            img_size=math.isqrt(pixels // channels),
            channels=channels,
            conditional=embedding is not None,
        )
    except UserError as error:
        raise kind_of(error)(
            f"{pickle_path} holds a generator that is not supported: {error}."
        ) from error
    # Names the tensor that has the wrong shape, or isn't float32.
    weights.check_tensors(config, tensors, pickle_path)
    new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise kind_of(error)(f"Could not make the folder {folder}: {error.strerror}.") from error
    if (folder / weights.WEIGHTS_NAME).exists() or (folder / weights.CONFIG_NAME).exists():
        raise BadValue(f"{folder} already holds weights: choose another folder.")
    try:
        weights.save(folder, config, tensors)
    except BaseException:  # also Ctrl-C
        if new:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise
    return config
