"""Training the encoder on a frozen generator, and adding it to weights."""

import re
import signal
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file

import train
from cgan import Sampler
from cgan.data import datasets
from cgan.model import weights
from cgan.model.encoder import Encoder, is_encoder
from cgan.model.weights import CONFIG_NAME, WEIGHTS_NAME
from cgan.training import encoder
from cgan.training.encoder import EncoderSettings, fit
from tests.conftest import TINY_CONV, random_tensors

SETTINGS = EncoderSettings(steps=150, seed=0, batch=32)


@pytest.fixture(autouse=True)
def _cache(cached_classifiers):
    """Encoders are kept for other tests, and never in the user's own cache."""


@pytest.fixture(scope="module")
def digits():
    return datasets.load("digits", None, 8)


@pytest.fixture(scope="module")
def generator():
    return random_tensors(TINY_CONV)


@pytest.fixture(scope="module")
def said():
    """What is said while the encoder of `trained` is."""
    return []


@pytest.fixture(scope="module")
def trained(generator, digits, said):
    return fit(TINY_CONV, generator, digits, SETTINGS, said.append)


def test_how_long_it_will_take_is_said_early(trained, said):
    (told,) = said
    assert re.fullmatch(r"Encoder: step 50 of 150, loss \d+\.\d{3}, \d+:\d\d left\.", told)


def test_it_finds_the_latents_of_the_generator(generator, trained):
    config = replace(TINY_CONV, encoder=True)
    sampler = Sampler(weights.Weights(config, {**generator, **trained}))
    labels = np.arange(200) % 10
    z = sampler.latents(200, seed=5)
    found = sampler.encode(sampler.generate(z, labels), labels)
    assert np.mean((found - z) ** 2) < 0.5 * np.mean(z**2)


def test_the_same_seed_gives_the_same_bits_and_another_gives_others(generator, digits, trained):
    """Whatever Jittor's own generator of random numbers has been used for meanwhile."""
    encoder.jt.set_global_seed(7)
    few = replace(SETTINGS, steps=2)
    first, again = (fit(TINY_CONV, generator, digits, few) for _ in range(2))
    other = fit(TINY_CONV, generator, digits, replace(few, seed=1))
    for name, tensor in first.items():
        assert tensor.tobytes() == again[name].tobytes(), name
    assert first["encoder.conv1.weight"].tobytes() != other["encoder.conv1.weight"].tobytes()


def test_numpy_computes_what_was_trained(digits):
    network = encoder._Network(TINY_CONV)
    network.load_parameters(encoder._initial_tensors(network, 0))
    network.train()
    images, labels = digits.images[:20], digits.labels[:20]
    network(encoder.jt.array(images), encoder.jt.array(labels)).sync()  # moves the statistics
    network.eval()
    expected = network(encoder.jt.array(images), encoder.jt.array(labels)).numpy()
    tensors = encoder.fold(network.state_dict(to="numpy"))
    np.testing.assert_allclose(Encoder(tensors)(images, labels), expected, atol=1e-4)


RUN = ("--dataset=digits", "--arch=conv", "--g_widths=8,6,4", "--img_size=8", "--batch_size=512")
RUN = (*RUN, "--n_epochs=1", "--ema=0.9", "--quiet")
STEPS = "--encoder_steps=3"


@pytest.fixture(scope="module")
def run(tmp_path_factory, classifiers):
    folder = tmp_path_factory.mktemp("encoder") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(classifiers))
        assert train.main([*RUN, "--encoder", STEPS, f"--out={folder}"]) == 0
    return folder


def test_adding_it_later_gives_the_same_files_and_the_same_generator(run, tmp_path, capsys):
    plain = tmp_path / "plain"
    assert train.main([*RUN, f"--out={plain}"]) == 0
    before = load_file(plain / WEIGHTS_NAME)
    picture = Sampler.from_pretrained(plain).write("123")
    assert train.main(["--add-encoder", str(plain), STEPS, "--quiet"]) == 0
    after = load_file(plain / WEIGHTS_NAME)
    assert {name for name in after if not is_encoder(name)} == before.keys()
    assert all(after[name].tobytes() == before[name].tobytes() for name in before)
    for name in (WEIGHTS_NAME, CONFIG_NAME):
        assert (plain / name).read_bytes() == (run / name).read_bytes()
    sampler = Sampler.from_pretrained(plain)
    assert sampler.sha256 == weights.fingerprint(before)
    np.testing.assert_array_equal(sampler.write("123"), picture)


def press_ctrl_c(*arguments):
    """In place of the encoder's training: the last argument is called after each step."""
    # To the thread that receives signals: those of Jittor began before, in other tests.
    receiver = next(thread for thread in threading.enumerate() if thread.name == "signals")
    signal.pthread_kill(receiver.ident, signal.SIGINT)
    while True:
        time.sleep(0.001)
        arguments[-1]()


def test_a_run_can_be_stopped_and_resumed_until_the_encoder_is_trained(
    run, tmp_path, capsys, monkeypatch
):
    """While the generator is trained, the weights have no encoder, and can be used."""
    part = tmp_path / "part"
    assert train.main([*RUN, "--encoder", STEPS, f"--out={part}", "--max_steps=2"]) == 0
    assert not weights.load(part).config.encoder
    before = (part / WEIGHTS_NAME).read_bytes()
    assert train.main(["--add-encoder", str(part), STEPS]) == 2
    said = capsys.readouterr().err
    assert "isn't finished: 2 of 4 steps are done" in said
    assert f"--resume {part}" in said
    assert (part / WEIGHTS_NAME).read_bytes() == before

    # Ctrl-C while the encoder is trained: the pictures are there.
    (part / "result.png").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(encoder, "trained", press_ctrl_c)
        assert train.main([f"--resume={part}"]) == 128 + signal.SIGINT
    *_, announced, stopped = capsys.readouterr().err.splitlines()
    assert announced == "Stopping (once more to stop at once)."
    assert stopped == (
        "Stopped while training the encoder, which will begin anew. The generator is safe. "
        f"Continue with: python train.py --resume {part}"
    )
    for name in ("result.png", "losses.png", "progress.gif"):
        assert (part / name).exists()

    assert train.main([f"--resume={part}", "--quiet"]) == 0
    for name in (WEIGHTS_NAME, CONFIG_NAME):
        assert (part / name).read_bytes() == (run / name).read_bytes()
    # A process was killed when only one of the two files was written.
    loaded = weights.load(part)
    config = replace(loaded.config, encoder=False)
    weights.save_config(part, config, weights.load_config(part)["training"])
    assert train.main([f"--resume={part}", "--quiet"]) == 0
    for name in (WEIGHTS_NAME, CONFIG_NAME):
        assert (part / name).read_bytes() == (run / name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--lr=0.1"], "--lr"),
        (["--recipe=best"], "--recipe"),
        (["--evaluate"], "--evaluate"),
        (["--dataset=digits", "--encoder_steps=0"], "--encoder_steps"),
    ],
)
def test_what_makes_no_sense_for_finished_weights_is_refused(run, capsys, arguments, words):
    assert train.main(["--add_encoder", str(run), *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("moved", [False, True])
def test_it_is_trained_on_the_runs_own_data_in_their_colours(tmp_path, capsys, moved):
    data = tmp_path / "mine"
    for label in range(2):
        (data / str(label)).mkdir(parents=True)
        for shade in range(20):
            image = Image.new("RGB", (8, 8), (shade, 200 * label, 90))
            image.save(data / str(label) / f"{shade}.png")
    config = replace(TINY_CONV, n_classes=2, channels=3)
    folder = tmp_path / "weights"
    folder.mkdir()
    record = {"dataset": "images", "data_dir": str(data), "data_sha256": "ab" * 32}
    weights.save_config(folder, config, record)
    weights.save_tensors(folder, config, random_tensors(config))
    if moved:
        data.rename(tmp_path / "elsewhere")
    arguments = ["--encoder_steps=1", "--device=cpu", "--quiet"]
    assert train.main(["--add_encoder", str(folder), *arguments]) == (2 if moved else 0)
    assert weights.load(folder).config.encoder != moved
    said = capsys.readouterr().err
    assert ("isn't there" if moved else "were trained on other data than") in said
