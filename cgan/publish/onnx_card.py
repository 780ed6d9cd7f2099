"""What the model card says about ONNX files: their inputs, and how to run them anywhere.

The browser's example is in `onnx_browser.html`.
"""

import string
from collections.abc import Sequence
from pathlib import Path

from cgan.export.exported import ENCODER, GENERATOR, READER, file_name
from cgan.hub.repository import Repository
from cgan.model.config import GeneratorConfig

_BROWSER = Path(__file__).with_name("onnx_browser.html")
_BROWSER_CLASSES = """
    label: new ort.Tensor("int32", labels, [count]),
    other: new ort.Tensor("int32", labels, [count]),
    share: new ort.Tensor("float32", new Float32Array(count), [count]),"""

# Mirrors `cgan.writing.latents.latent`.
_PYTHON = '''\
import numpy as np
import onnxruntime
from PIL import Image


def latent(seed, index, size=$latent_dim):
    """Return the z of a seed's image number `index`."""
    half = (size + 1) // 2
    words = [seed & 0xFFFFFFFF, index, seed >> 32]
    bits = np.random.PCG64(np.random.SeedSequence(words)).random_raw(2 * half)
    uniform = ((bits >> np.uint64(11)) + 0.5) * 2.0**-53
    radius, angle = np.sqrt(-2 * np.log(uniform[:half])), 2 * np.pi * uniform[half:]
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])[:size]


labels, seed = $labels, 7
z = np.stack([latent(seed, index) for index in range(len(labels))])
inputs = {"z": z.astype(np.float32)}
${classes}session = onnxruntime.InferenceSession("$file")
(image,) = session.run(None, inputs)  # (N, $shape) float32 in [-1, 1]
pixels = np.rint((image + 1) * 127.5).astype(np.uint8).transpose(0, 2, 3, 1)
Image.fromarray(np.hstack(pixels).squeeze()).save("onnx.png")'''
_PYTHON_CLASSES = """\
inputs["label"] = inputs["other"] = np.array(labels, np.int32)
inputs["share"] = np.zeros(len(labels), np.float32)  # of the second class, "other"
"""


def onnx_section(config: GeneratorConfig, repository: Repository, parts: Sequence[str]) -> str:
    """Return what there is to say about ONNX files, if there are any.

    Args:
        config: of the generator.
        repository: where the files will be.
        parts: which of `cgan.export.exported.PARTS` have one.
    """
    if not parts:
        return ""
    values = {
        "labels": [label % config.n_classes for label in (1, 3, 8)],
        "latent_dim": config.latent_dim,
        "size": config.img_size,
        "channels": config.channels,
        "shape": ", ".join(map(str, config.image_shape)),
        "file": file_name(GENERATOR),
    }
    has = config.conditional
    python, browser = (
        string.Template(text).substitute(values, classes=classes if has else "").rstrip()
        for text, classes in (
            (_PYTHON, _PYTHON_CLASSES),
            (_BROWSER.read_text(encoding="utf-8"), _BROWSER_CLASSES),
        )
    )
    names = " ".join(map(file_name, parts))
    revision = "" if repository.revision is None else f" --revision {repository.revision}"
    return f"""## In any runtime: ONNX

{_table(config, parts)}

The batch N is free. The files' metadata has the config and the sha256 of the weights
(`weights-sha256`, as in pictures and links). z is standard normal, from any source; that of a seed
is made as below. In Python, without this project's code:

```sh
pip install onnxruntime numpy pillow huggingface_hub
hf download {repository.id} {names}{revision} --local-dir .
```

```python
{python}
```

In the browser, a page beside the files; `npm install onnxruntime-web` brings the runtime, and
`python -m http.server` shows it:

```html
{browser}
```

Both draw what `Sampler` draws with the same labels and seed, within one grey level."""


def _table(config: GeneratorConfig, parts: Sequence[str]) -> str:
    """Return a table of the files, with their inputs and outputs."""
    image = f"image (N, {', '.join(map(str, config.image_shape))}) in [-1, 1]"
    z = f"z (N, {config.latent_dim})"
    mixed = "label and other (N,) int32, share (N,): 0 is all label, 1 all other"
    rows = {
        GENERATOR: (f"{z}, {mixed}" if config.conditional else z, image),
        READER: (image, f"probability (N, {config.n_classes}) of each class"),
        ENCODER: (f"{image}, label (N,) int32", f"{z}: draws the image again"),
    }
    lines = [
        f"| `{file_name(part)}` | {inputs} | {output} |"
        for part, (inputs, output) in rows.items()
        if part in parts
    ]
    head = "| file | inputs, float32 where nothing else is said | output, float32 |\n|---|---|---|"
    return "\n".join([head, *lines])
