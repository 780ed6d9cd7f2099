"""ONNX files beside published weights, and the card's examples of how to run them, which run."""

import base64
import io
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cgan.hub.repository import Repository
from cgan.model import weights
from cgan.model.architectures.mlp import MlpConfig
from cgan.publish.publication import publication
from cgan.sampler import Sampler
from cgan.writing.picture import tile, to_pixels
from tests import onnx_web
from tests.browser import browser
from tests.conftest import TINY_CONV, random_tensors, run_python

FULL = replace(TINY_CONV, class_norm=True, latent_norm=True, reader=True, encoder=True)
NAMES = {"model.onnx", "model-reader.onnx", "model-encoder.onnx"}
NO_CLASSES = MlpConfig(latent_dim=3, img_size=8, channels=3, conditional=False)


def publish(folder, config, **options):
    """Write the files that are published for random weights; return their card."""
    weights.save_config(folder, config)
    weights.save_tensors(folder, config, random_tensors(config))
    for name, content in publication(folder, Repository("ann/x", "v2"), **options).items():
        (folder / name).write_bytes(content)
    return (folder / "README.md").read_text(encoding="utf-8")


def example(card, language):
    """Return the card's last example in a language."""
    return re.findall(rf"```{language}\n(.*?)```", card, re.DOTALL)[-1]


def drawn(folder, config):
    """Return what NumPy draws: the labels and the seed of the examples, in a row."""
    sampler = Sampler.from_pretrained(folder)
    labels = [label % config.n_classes for label in (1, 3, 8)] if config.conditional else None
    return tile(to_pixels(sampler.generate(sampler.latents(3, seed=7), labels)), 3)


def assert_same(pixels, wanted):
    """Check that pictures differ by one grey level at most."""
    assert np.std(wanted) > 10
    assert pixels.shape == wanted.shape
    assert np.abs(pixels.astype(int) - wanted).max() <= 1


@pytest.mark.parametrize("config", [FULL, NO_CLASSES], ids=["all", "no classes"])
def test_the_cards_python_draws_the_same(tmp_path, config):
    card = publish(tmp_path, config, onnx=True)
    assert "- onnx\n" in card
    (tmp_path / "example.py").write_text(example(card, "python"), encoding="utf-8")
    result = run_python("example.py", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    with Image.open(tmp_path / "onnx.png") as image:
        assert_same(np.asarray(image), drawn(tmp_path, config))


READ = """async ([image, shape, labels]) => {
  const ort = await import(new URL("node_modules/onnxruntime-web/dist/ort.wasm.min.mjs", location));
  const count = labels.length;
  const images = new ort.Tensor("float32", image, [count, ...shape]);
  const reader = await ort.InferenceSession.create("model-reader.onnx");
  const encoder = await ort.InferenceSession.create("model-encoder.onnx");
  const label = new ort.Tensor("int32", labels, [count]);
  const { probability } = await reader.run({ image: images });
  const { z } = await encoder.run({ image: images, label });
  return [[...probability.data], [...z.data]];
}"""


def test_the_cards_page_draws_the_same_in_the_browser(tmp_path):
    onnx_web.link_modules(tmp_path)
    card = publish(tmp_path, FULL, onnx=True)
    (tmp_path / "index.html").write_text(example(card, "html"), encoding="utf-8")
    sampler = Sampler.from_pretrained(tmp_path)
    labels = [2, 7, 0, 7]
    images = sampler.generate(sampler.latents(4, seed=1), labels)
    with onnx_web.served(tmp_path) as address, browser() as opened:
        page = opened.new_page()
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        page.wait_for_function("document.querySelector('canvas').height === 8")
        url = page.evaluate("document.querySelector('canvas').toDataURL()")
        read, found = page.evaluate(READ, [images.ravel().tolist(), [1, 8, 8], labels])
        assert errors == []
    with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as image:
        assert_same(np.asarray(image.convert("L")), drawn(tmp_path, FULL))
    np.testing.assert_allclose(np.reshape(read, (4, 10)), sampler.read(images), rtol=0, atol=1e-4)
    latents = sampler.encode(images, labels)
    np.testing.assert_allclose(np.reshape(found, (4, 3)), latents, rtol=1e-4, atol=1e-4)


def test_onnx_files_are_published_where_they_are_asked_for(tmp_path):
    card = publish(tmp_path, FULL)
    assert not NAMES & {path.name for path in tmp_path.iterdir()}
    assert "onnx" not in card.lower()
    card = publish(tmp_path, FULL, onnx=True)
    assert {path.name for path in tmp_path.iterdir()} >= NAMES
    assert all(f"| `{name}` |" in card for name in NAMES)
    names = "model.onnx model-reader.onnx model-encoder.onnx"
    assert f"hf download ann/x {names} --revision v2 --local-dir ." in card
    assert publish(tmp_path, FULL, onnx=True) == card
