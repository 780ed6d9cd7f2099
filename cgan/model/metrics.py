"""The measured quality of weights: `metrics.json`, kept beside them and checked when read."""

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from cgan.common import files, reading
from cgan.common.errors import BadValue, UserError, kind_of
from cgan.common.terminal import warn
from cgan.model import weights
from cgan.model.config import check_keys
from cgan.model.metric_groups import (
    DetailMetrics,
    Group,
    HandMetrics,
    as_fields,
    check_between,
    check_shares,
    check_types,
)

METRICS_NAME = "metrics.json"

FORMAT_KEY, FORMAT = "format", "cgan-metrics-1"
# Groups of figures, which not all files have.
_GROUPS: dict[str, type[Group]] = {
    "hand": HandMetrics,
    "details": DetailMetrics,
    "details_real": DetailMetrics,
}

_MAX_BYTES = 1 << 20
_CLASSES_IN_LINE = 5
_ACCURACIES = ("gan_test", "gan_train", "gan_train_real", "classifier_accuracy")
_SHARES = (
    *_ACCURACIES,
    "gan_test_per_class",
    "precision",
    "recall",
    "precision_real",
    "recall_real",
)


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """What `cgan.evaluation.evaluator` measured; the fields are the keys of `metrics.json`.

    Quick evaluations leave some of them at None.

    Attributes:
        gan_test: accuracy, on the samples, of a classifier that was trained on real images
            (Shmelkov et al., "How good is my GAN?", 2018, arXiv:1807.09499).
        gan_test_per_class: the same for each class, in order.
        classifier_accuracy: accuracy of that classifier on the real test images.
        gan_train: accuracy on the real test images of a classifier that was trained on as many
            samples as there are training images (Shmelkov et al.); None if not measured.
        gan_train_real: the same for a classifier trained likewise on the real training images.
        frechet_distance: between `samples` samples and the test images, in the 128 features of
            the classifier; smaller is better (`cgan.evaluation.frechet`).
        frechet_distance_real: the same for as many real training images.
        precision: share of the samples that are like test images (`cgan.evaluation.neighbours`).
        recall: share of the test images that are like samples.
        precision_real: precision with real training images in place of the samples.
        recall_real: recall with real training images in place of the samples.
        samples: number of samples; the classes take turns.
        seed: of the samples' latents.
        data: name of the data set.
        data_sha256: checksum of the resized images and the labels of both splits.
        sha256: of the weights' `model.safetensors`, as `Sampler.sha256`.
        version: version of this package that measured them.
        hand: what was measured of the encoder; None for weights without one.
        details: what was measured of the samples' strokes and pixels; None in older files.
        details_real: the same for as many real training images.
    """

    gan_test: float
    gan_test_per_class: tuple[float, ...]
    classifier_accuracy: float
    gan_train: float | None = None
    gan_train_real: float | None = None
    frechet_distance: float
    frechet_distance_real: float
    precision: float | None = None
    recall: float | None = None
    precision_real: float | None = None
    recall_real: float | None = None
    samples: int
    seed: int
    data: str
    data_sha256: str
    sha256: str
    version: str
    hand: HandMetrics | None = None
    details: DetailMetrics | None = None
    details_real: DetailMetrics | None = None

    def __post_init__(self) -> None:
        """Check every field's type and bounds.

        Raises:
            BadValue: names the first field that doesn't fit.
        """
        check_types(self)
        check_shares(self, _SHARES)
        for name in ("frechet_distance", "frechet_distance_real"):
            check_between(name, getattr(self, name), math.inf)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values."""
        values = asdict(self)
        # As in older files: no key for a group that wasn't measured.
        return {k: v for k, v in values.items() if k not in _GROUPS or v is not None}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Metrics":
        """Build metrics from JSON values; all keys must be present, and no others.

        Groups of figures may be missing, as in older files.

        Raises:
            BadValue: names the key that is missing, unknown or out of bounds.
        """
        known = {field.name for field in fields(cls)}
        check_keys(values, known, known - _GROUPS.keys())
        groups = {
            name: group.from_dict(name, values[name])
            for name, group in _GROUPS.items()
            if name in values
        }
        return cls(**as_fields(cls, values | groups))


def save(folder: Path, metrics: Metrics) -> None:
    """Write `metrics.json`; an old one is replaced as a whole.

    Raises:
        UserError: it can't be written.
    """
    files.write_text(folder / METRICS_NAME, to_json(metrics))


def to_json(metrics: Metrics) -> str:
    """Return the content of `metrics.json`."""
    return json.dumps({FORMAT_KEY: FORMAT} | metrics.to_dict(), indent=2) + "\n"


def load(folder: Path, sha256: str | None = None) -> Metrics | None:
    """Return the metrics in `folder` if there are any that belong to its weights.

    If they are damaged or belong to other weights, a warning says so.

    Args:
        folder: a weights folder.
        sha256: of the weights in it (`Sampler.sha256`); None to compute it.

    Raises:
        UserError: `sha256` is None, and the weights are missing or damaged.
    """
    if not (folder / METRICS_NAME).exists():
        return None
    if sha256 is None:
        sha256 = weights.fingerprint(weights.load(folder).tensors)
    try:
        return read(folder, sha256)
    except UserError as error:
        warn(f"the measured quality is ignored: {error}")
        return None


def read(folder: Path, sha256: str) -> Metrics:
    """Read `metrics.json`.

    Raises:
        MissingFile: there is none.
        BadValue: it is damaged, or belongs to other weights than those of `sha256`.
        UserError: it can't be read.
    """
    path = folder / METRICS_NAME
    try:
        content = reading.parse_json(reading.read(path, _MAX_BYTES))
    except OSError as error:
        raise kind_of(error)(f"Could not read {path}: {error.strerror}.") from error
    except ValueError as error:
        raise BadValue(f"{path} is not JSON that can be used ({error}).") from error
    if not isinstance(content, dict) or content.pop(FORMAT_KEY, None) != FORMAT:
        raise BadValue(f"{path}: {FORMAT_KEY!r} must be {FORMAT!r}: it holds something else.")
    try:
        metrics = Metrics.from_dict(content)
    except UserError as error:
        raise kind_of(error)(f"{path}: {error}.") from error
    if metrics.sha256 != sha256:
        raise BadValue(
            f"{path} was measured with other weights: run python -m cgan evaluate {folder} again."
        )
    return metrics


def table(metrics: Metrics) -> list[str]:
    """Return the metrics of a full evaluation as lines of text."""
    distance, real_distance = metrics.frechet_distance, metrics.frechet_distance_real
    rows = [
        ("GAN-test accuracy", _percent(metrics.gan_test), _percent(metrics.classifier_accuracy)),
        ("GAN-train accuracy", _percent(metrics.gan_train), _percent(metrics.gan_train_real)),
        ("Frechet distance", f"{distance:.2f}", f"{real_distance:.2f}"),
        ("precision", _percent(metrics.precision), _percent(metrics.precision_real)),
        ("recall", _percent(metrics.recall), _percent(metrics.recall_real)),
    ]
    lines = [f"{'':20}{'samples':>10}{'real images':>14}"]
    lines += [f"{name:20}{ours:>10}{real:>14}" for name, ours, real in rows]
    lines.append("GAN-test accuracy of each class:")
    shares = [f"{label}: {_percent(x):>8}" for label, x in enumerate(metrics.gan_test_per_class)]
    for start in range(0, len(shares), _CLASSES_IN_LINE):
        lines.append("  " + "   ".join(shares[start : start + _CLASSES_IN_LINE]))
    if metrics.details is not None and metrics.details_real is not None:
        lines += detail_table(metrics.details, metrics.details_real)
    lines.append(
        f"{metrics.samples:,} samples with seed {metrics.seed}, compared with {metrics.data}."
    )
    return lines if metrics.hand is None else lines + hand_table(metrics.hand)


def detail_table(measured: DetailMetrics, real: DetailMetrics) -> list[str]:
    """Return what was measured of strokes and pixels as lines of text."""
    rows: list[tuple[str, Callable[[DetailMetrics], str]]] = [
        ("coverage", lambda x: _percent(x.coverage)),
        ("coverage, worst class", lambda x: _percent(min(x.coverage_per_class))),
        ("density", lambda x: f"{x.density:.3f}"),
        ("in more pieces than their class", lambda x: _percent(x.pieces)),
        ("with specks", lambda x: _percent(x.specks)),
        ("ink in the outer two rows and columns", lambda x: _percent(x.border)),
        ("a pixel's mean that stands out", lambda x: _percent(x.pixel_mean)),
        ("a pixel's deviation that stands out", lambda x: _percent(x.pixel_deviation)),
        ("stroke width, distance in pixels", lambda x: f"{x.stroke_width:.3f}"),
        ("slant, distance", lambda x: f"{x.slant:.3f}"),
        ("legible as the page draws them", lambda x: _percent(x.legible)),
    ]
    lines = [f"{'Strokes and pixels:':40}{'samples':>10}{'real images':>14}"]
    return lines + [f"  {name:38}{ours(measured):>10}{ours(real):>14}" for name, ours in rows]


def hand_table(measured: HandMetrics) -> list[str]:
    """Return what was measured of an encoder as lines of text."""
    rows = [
        ("digit drawn again, share of its variance", _percent(measured.reconstruction)),
        ("all digits legible", _percent(measured.legible)),
        ("slant kept, correlation", f"{measured.slant:.2f}"),
        ("stroke width kept, correlation", f"{measured.stroke_width:.2f}"),
        ("same hand from another digit", _percent(measured.same_hand)),
    ]
    lines = [f"Hands, each taken from one of {measured.samples:,} real digits:"]
    return lines + [f"  {name:42}{value:>8}" for name, value in rows]


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f} %"
