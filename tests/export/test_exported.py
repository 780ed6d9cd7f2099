"""Weights as ONNX files, run in onnxruntime beside NumPy."""

import json
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest

from cgan.common.errors import BadValue
from cgan.export import check, exported
from cgan.model.registry import ARCHITECTURES
from cgan.model.weights import Weights, encoder_fingerprint, fingerprint
from cgan.sampler import Sampler
from cgan.writing.picture import to_pixels
from tests.conftest import TINY, TINY_CONV, message, random_sampler, random_tensors
from tests.model.architectures.test_conv import CONFIGS

FULL = replace(TINY_CONV, class_norm=True, latent_norm=True, reader=True, encoder=True)
SMALL = {"latent_dim": 3, "n_classes": 10, "img_size": 8, "reader": True, "encoder": True}
ALL = {
    **{
        name: one.config(architecture=name, **SMALL)
        for name, one in ARCHITECTURES.items()
        if one.graph
    },
    "mlp, unconditional": replace(TINY, conditional=False, channels=3),
    **CONFIGS,
    "all": FULL,
}


def random_weights(config):
    return Weights(config, random_tensors(config))


def session(file):
    return onnxruntime.InferenceSession(file)


@pytest.mark.parametrize("config", ALL.values(), ids=ALL)
def test_onnxruntime_draws_reads_and_encodes_as_numpy_does(config):
    files, worst = exported.export(random_weights(config))
    assert worst < 1e-4
    assert set(files) == {"generator", *(["reader", "encoder"] if config.reader else [])}
    sampler = random_sampler(config)
    generator = session(files["generator"])
    assert [one.name for one in generator.get_outputs()] == ["image"]
    for count in (1, 18):  # a batch of any size
        z = sampler.latents(count, seed=3)
        if not config.conditional:
            drawn, wanted = generator.run(None, {"z": z})[0], sampler.generate(z)
            np.testing.assert_allclose(drawn, wanted, rtol=0, atol=1e-4)
            continue
        label = np.arange(count, dtype=np.int32) % config.n_classes
        other = label[::-1].copy()
        for share in (0, 0.3, 1):
            inputs = {"label": label, "other": other, "share": np.full(count, share, np.float32)}
            (drawn,) = generator.run(None, {"z": z} | inputs)
            wanted = sampler.between(z, label, other, share)
            np.testing.assert_allclose(drawn, wanted, rtol=0, atol=1e-4)
            grey = to_pixels(drawn).astype(int) - to_pixels(wanted)
            assert np.abs(grey).max() <= 1
        if config.reader:
            (probability,) = session(files["reader"]).run(None, {"image": drawn})
            np.testing.assert_allclose(probability, sampler.read(wanted), rtol=0, atol=1e-4)
            (found,) = session(files["encoder"]).run(None, {"image": drawn, "label": label})
            wanted = sampler.encode(wanted, label)
            np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4)


def test_a_file_says_what_it_is_and_of_which_weights():
    weights = random_weights(FULL)
    files, _ = exported.export(weights)
    for part, file in files.items():
        model = onnx.load_from_string(file)
        assert [(one.domain, one.version) for one in model.opset_import] == [("", 17)]
        fields = session(file).get_modelmeta().custom_metadata_map
        assert fields["part"] == part
        assert json.loads(fields["config"]) == FULL.to_dict()
        assert fields["weights-sha256"] == random_sampler(FULL).sha256
        assert fields["license"] == "mit"
        assert fields.get("encoder-sha256") == (
            encoder_fingerprint(weights.tensors) if part == "encoder" else None
        )
        values = [*model.graph.input, *model.graph.output]
        assert all(one.doc_string for one in values)
        first = [one.type.tensor_type.shape.dim[0] for one in values]
        assert {one.dim_param for one in first} == {"N"}
    assert exported.export(weights)[0] == files


def test_an_encoder_leaves_the_generators_file_as_it_is_but_for_the_config():
    weights = random_weights(FULL)
    assert exported.fields(weights, "generator")["weights-sha256"] == fingerprint(
        {name: each for name, each in weights.tensors.items() if not name.startswith("encoder.")}
    )


@pytest.mark.parametrize("difference", [0.01, float("nan")])
def test_a_file_that_draws_something_else_is_refused(monkeypatch, difference):
    monkeypatch.setattr(check, "differences", lambda *_: {"generator": difference})
    with pytest.raises(BadValue) as caught:
        exported.export(random_weights(TINY))
    assert "computes something else than NumPy from the generator" in message(caught)


def test_the_bundled_weights():
    sampler = Sampler.from_pretrained()
    from cgan.hub.source import read

    files, worst = exported.export(read(None)[0])
    assert worst < 1e-5
    z, label = sampler.latents(11, seed=7), np.array([1, 3, 8, 1, 2, 3, 4, 5, 6, 7, 8], np.int32)
    inputs = {"z": z, "label": label, "other": label, "share": np.zeros(11, np.float32)}
    (drawn,) = session(files["generator"]).run(None, inputs)
    grey = to_pixels(drawn).astype(int) - to_pixels(sampler.generate(z, label))
    assert np.abs(grey).max() <= 1
    (read_as,) = session(files["reader"]).run(None, {"image": drawn})
    np.testing.assert_array_equal(read_as.argmax(1), label)
