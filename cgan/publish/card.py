"""The model card: what weights are, how they were trained and measured, and how to use them."""

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cgan.common.errors import printable
from cgan.common.values import is_finite
from cgan.hub.repository import Repository
from cgan.model import registry
from cgan.model.config import GeneratorConfig
from cgan.model.weights import LICENSE
from cgan.publish.onnx_card import onnx_section
from cgan.sampler import Sampler

CARD_NAME = "README.md"
_SEAL = re.compile(r"<!-- Written by cgan [0-9a-f]{16} -->\s*\Z")
_FRONT_MATTER = re.compile(r"\A---\n.*?^---\n", re.DOTALL | re.MULTILINE)
GRID_NAME, NUMBER_NAME = "grid.png", "number.png"

# The article's number, never the one of a run: that may be somebody's phone number.
NUMBER = "01234567890"


class _Data(NamedTuple):
    """What the card tells about a data set.

    Attributes:
        hub_id: its repository on the Hub, if there is one.
        title: its usual name.
        limits: what it limits, as a sentence; empty if nothing.
    """

    hub_id: str | None = None
    title: str | None = None
    limits: str = ""


# By the names that training has for them.
DATASETS = {
    "mnist": _Data(
        "ylecun/mnist",
        "MNIST",
        "Its handwriting is that of MNIST (LeCun, Cortes and Burges, CC BY-SA 3.0): American, "
        "from the 1990s. It varies less than MNIST does, and some digits are illegible.",
    ),
    "digits": _Data(None, "scikit-learn's digits"),
    "images": _Data(),
}
# By key in `metrics.json`: the type on the Hub, the usual name, and what it measures.
_METRICS = {
    "gan_test": ("accuracy", "GAN-test", "accuracy of a real-data classifier on its images"),
    "gan_train": ("accuracy", "GAN-train", "accuracy on real images, of one trained on its images"),
    "frechet_distance": ("frechet_distance", "Fréchet distance", "in a classifier's features"),
    "precision": ("precision", "Precision", "share of its images that look like real ones"),
    "recall": ("recall", "Recall", "share of real images that it covers"),
}
# The same of "hand" in it.
_HAND_METRICS = {
    "reconstruction": "share of a digit's variance that is in the digit drawn again",
    "legible": "share of all ten digits that a classifier reads",
    "slant": "correlation of the slant",
    "stroke_width": "correlation of the strokes' width",
    "same_hand": "likeness of the hand that is taken from another digit written in it",
}
# The same of "details" and "details_real": flaws, beside those of real images.
_DETAIL_METRICS = {
    "coverage": "share of real images that have one of its images nearby",
    "density": "how densely its images lie among real ones",
    "pieces": "share of its images in more pieces than usual",
    "specks": "share of its images with specks",
    "legible": "accuracy of the classifier on its images as the page draws them",
}

_INSTALL = """## Use

Install the project's code, in a clone of its source; this repository has the weights alone:

```sh
pip install ".[hub]"  # or ".[demo]", for the page as well
```"""


def writes_numbers(config: GeneratorConfig) -> bool:
    """Return whether a generator's classes include the ten digits."""
    return config.conditional and config.n_classes >= 10


def card(
    sampler: Sampler,
    training: Mapping[str, Any],
    metrics: Mapping[str, Any],
    repository: Repository,
    onnx_parts: Sequence[str] = (),
) -> str:
    """Return the model card: front matter for the Hub, Markdown for people.

    Args:
        sampler: with the weights.
        training: how they were trained.
        metrics: how good they are.
        repository: where they will be.
        onnx_parts: which of their parts are published as ONNX files (`cgan.export.exported`).
    """
    name = repository.id.partition("/")[2]
    parts = [
        f"---\n{_front_matter(sampler.config, training, metrics, name, bool(onnx_parts))}\n---",
        f"# {name}",
        _what_it_is(sampler, training),
        _use(repository, sampler.config),
        _hands(repository, sampler.config, metrics),
        onnx_section(sampler.config, repository, onnx_parts),
        _measured(metrics),
        _training(sampler.config, training),
        _limits(sampler.config, training),
    ]
    return _sealed("\n\n".join(part for part in parts if part) + "\n")


def is_edited(text: str) -> bool:
    """Return whether somebody has written or changed a card, so that it must not be replaced.

    Cards of earlier versions have no seal. They count as ours, and so does an empty one, with
    nothing but the front matter that the Hub itself writes.
    """
    text = text.replace("\r\n", "\n")
    sealed = _SEAL.search(text)
    if sealed:
        return _sealed(text[: sealed.start()].rstrip("\n") + "\n") != text
    body = _FRONT_MATTER.sub("", text)
    return bool(body.strip()) and "from cgan import Sampler" not in body


def _sealed(text: str) -> str:
    """Add a comment, which the Hub doesn't show, that tells whether the text is as we wrote it."""
    return f"{text}\n<!-- Written by cgan {hashlib.sha256(text.encode()).hexdigest()[:16]} -->\n"


def _front_matter(
    config: GeneratorConfig,
    training: Mapping[str, Any],
    metrics: Mapping[str, Any],
    name: str,
    onnx: bool,
) -> str:
    from huggingface_hub import EvalResult, ModelCardData  # here: slow to import

    hub_id, title, _ = _dataset(training)
    tags = ["gan", "cgan", "jittor", "numpy", "image-generation"]
    if writes_numbers(config):
        tags.append("handwritten-digits")
    data = _text(metrics.get("data")) or title or "not recorded"
    results = [
        EvalResult(
            task_type="unconditional-image-generation",
            task_name="Image generation",
            dataset_type=hub_id or "other",
            dataset_name=data,
            metric_type=_METRICS[key][0],
            metric_name=_METRICS[key][1],
            metric_value=value,
        )
        for key, value in _known(metrics).items()
    ]
    tags += ["onnx"] if onnx else []
    front = ModelCardData(
        license=LICENSE,
        library_name="jittor",
        pipeline_tag="unconditional-image-generation",
        tags=tags,
        datasets=[hub_id] if hub_id else None,
        metrics=list(dict.fromkeys(result.metric_type for result in results)) or None,
        model_name=name if results else None,
        eval_results=results or None,
    )
    return front.to_yaml(line_break="\n")


def _what_it_is(sampler: Sampler, training: Mapping[str, Any]) -> str:
    config = sampler.config
    title = _dataset(training).title
    size = f"{config.img_size}x{config.img_size}"
    kind = "A conditional GAN" if config.conditional else "A GAN"
    draws = "that writes numbers by hand" if writes_numbers(config) else "that draws images"
    trained = f", trained on {title} with [Jittor](https://github.com/Jittor/jittor)"
    lines = [
        f"{kind} {draws}{trained if title else ''}: {sampler.parameter_count:,} parameters, "
        f"images of {size} pixels, latents of {config.latent_dim} standard normal numbers. It "
        "only needs NumPy to draw."
    ]
    if writes_numbers(config):
        lines.append(f"![{NUMBER}, written with seed 0]({NUMBER_NAME})")
    what = "Every class (columns) from ten latents (rows)" if config.conditional else "Samples"
    lines.append(f"![{what}]({GRID_NAME})")
    lines.append(f"{what}, with seed 0; not hand-picked.")
    return "\n\n".join(lines)


def _use(repository: Repository, config: GeneratorConfig) -> str:
    revision = "" if repository.revision is None else f', revision="{repository.revision}"'
    load = f'sampler = Sampler.from_pretrained("{repository.id}"{revision})'
    if not writes_numbers(config):
        return (
            f"{_INSTALL}\n\nThen, from Python:\n\n"
            f"```python\nfrom cgan import Sampler\n\n{load}\n"
            "grid = sampler.grid(rows=10, seed=7)  # uint8\n```"
        )
    return f"""{_INSTALL}

Then, from Python:

```python
from cgan import Sampler

{load}
picture = sampler.write("+86 138-1234-5678", seed=7)  # (H, W) uint8
```

from the command line, or in the browser:

```sh
python -m cgan write "+86 138-1234-5678" --weights {repository} -o number.png
python demo/app.py --weights {repository}
```

and through the API of that page:

```python
from gradio_client import Client

client = Client("http://127.0.0.1:7860/")
path = client.predict("+86 138-1234-5678", seed=7, api_name="/write")
```

The same digits, seed and weights give the same picture."""


def _hands(repository: Repository, config: GeneratorConfig, metrics: Mapping[str, Any]) -> str:
    """Return what there is to say about the encoder, if there is one."""
    if not (config.encoder and writes_numbers(config)):
        return ""
    known = _mapping(metrics.get("hand"))
    rows = [
        f"| {what} | {known[key]:.4g} |"
        for key, what in _HAND_METRICS.items()
        if is_finite(known.get(key))
    ]
    table = "\n\n| hands, each taken from one real digit | |\n|---|---|\n" + "\n".join(rows)
    return f"""## A hand of one's own

An encoder E(x, y) -> z finds the latent of a real digit (after Donahue et al., 2017, and Dumoulin
et al., 2017; near to it are the style encoders of Davis et al., 2020, and Kang et al., 2020). From
one or more digits on a photographed sheet it takes a hand, which writes any number:

```sh
python -m cgan hand photo.png --digits 0123456789 --weights {repository} -o hand.json
python -m cgan write 13812345678 --hand hand.json --weights {repository} -o number.png
```{table if rows else ""}"""


def _measured(metrics: Mapping[str, Any]) -> str:
    known = _known(metrics)
    if not known:
        return ""
    rows = [
        f"| {_METRICS[key][1]} | {value:.6g} | {_METRICS[key][2]} |" for key, value in known.items()
    ]
    on = f" on {_text(metrics['data'])}" if _text(metrics.get("data")) else ""
    table = f"## Measured{on}\n\n| | | |\n|---|---|---|\n" + "\n".join(rows)
    ours, real = (_mapping(metrics.get(name)) for name in ("details", "details_real"))
    details = [
        f"| {what} | {ours[key]:.4g} | {real[key]:.4g} |"
        for key, what in _DETAIL_METRICS.items()
        if is_finite(ours.get(key)) and is_finite(real.get(key))
    ]
    if not details:
        return table
    return f"{table}\n\n| | its images | real images |\n|---|---|---|\n" + "\n".join(details)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _training(config: GeneratorConfig, training: Mapping[str, Any]) -> str:
    rows = [
        f"| `{_text(name)}` | {_text(value)} |"
        for name, value in training.items()
        if isinstance(value, str | int | float | bool) or _is_widths(value)
    ]
    if not rows:
        return "## Training\n\nHow these weights were trained is not recorded."
    return (
        f"## Training\n\nThe networks are {registry.of(config).card}. Settings:\n\n"
        "| | |\n|---|---|\n" + "\n".join(rows)
    )


def _is_widths(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(part, int) for part in value)


def _limits(config: GeneratorConfig, training: Mapping[str, Any]) -> str:
    lines = ["Each image is drawn by itself."]
    if writes_numbers(config):
        lines = [
            "Each digit is drawn by itself: neighbours don't touch, and match in style only where "
            "they share a hand (`--variation 0.22`).",
            "It draws digits alone. Marks such as + are the project's own (`--spacing ink`).",
        ]
    if limits := _dataset(training).limits:
        lines.append(limits)
    lines.append("What it draws is not evidence that a person wrote anything.")
    return "## Limits\n\n" + "\n".join(f"- {line}" for line in lines)


def _dataset(training: Mapping[str, Any]) -> _Data:
    """Return what there is to tell about the data: nothing if the record names none we know."""
    name = training.get("dataset")
    return DATASETS.get(name, _Data()) if isinstance(name, str) else _Data()


def _known(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Return the metrics that the card can explain, as Python floats."""
    return {
        key: float(metrics[key])
        for key in _METRICS
        if isinstance(metrics.get(key), int | float)
        and not isinstance(metrics[key], bool)
        and math.isfinite(metrics[key])
    }


def _text(value: Any) -> str:
    """Return a value as plain text for a line of Markdown."""
    if value is None:
        return ""
    return printable(str(value)).replace("|", "\\|").replace("<", "&lt;")[:200]
