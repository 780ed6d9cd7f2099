"""The model card: front matter that the Hub understands, and what it tells people."""

import re

import pytest
import yaml

from cgan.data import datasets
from cgan.hub.repository import Repository
from cgan.model.architectures.mlp import MlpConfig
from cgan.publish.card import DATASETS, card
from tests.conftest import TINY, TINY_CONV, random_sampler, run_python

X = Repository("ann/numbers")
TRAINING = {"dataset": "mnist", "loss": "lsgan", "n_epochs": 100, "lr": 0.0002, "seed": 0}
METRICS = {
    "gan_test": 0.9943,
    "gan_train": 0.9724,
    "frechet_distance": 9.87,
    "precision": 1,
    "recall": 0.8,
    "data": "MNIST test split",
    "images": 10000,
}


def make(config=None, training=TRAINING, metrics=METRICS, repository=X):
    config = config or MlpConfig(latent_dim=3, img_size=8)
    return card(random_sampler(config), training, metrics, repository)


def test_it_knows_all_data_that_training_does():
    assert DATASETS.keys() == datasets.DATASETS.keys()


def front_matter(text):
    """Return what YAML without Python's own tags reads."""
    return yaml.safe_load(re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)[1])


def test_an_encoder_is_described_and_its_figures_are_given_where_there_are_any():
    config = MlpConfig(latent_dim=3, img_size=8, encoder=True)
    figures = METRICS | {"hand": {"legible": 0.9876, "slant": None}}
    text = make(config, metrics=figures)
    assert "python -m cgan hand photo.png" in text
    assert "| 0.9876 |" in text
    assert "correlation of the slant" not in text
    assert "| hands" not in make(config)
    assert "python -m cgan hand" not in make(metrics=figures)


def test_front_matter():
    front = front_matter(make())
    index = front.pop("model-index")
    assert front == {
        "license": "mit",
        "library_name": "jittor",
        "pipeline_tag": "unconditional-image-generation",
        "tags": ["gan", "cgan", "jittor", "numpy", "image-generation", "handwritten-digits"],
        "datasets": ["ylecun/mnist"],
        "metrics": ["accuracy", "frechet_distance", "precision", "recall"],
    }
    (model,) = index
    (result,) = model["results"]
    assert model["name"] == "numbers"
    assert result["dataset"] == {"type": "ylecun/mnist", "name": "MNIST test split"}
    measured = {metric["name"]: metric["value"] for metric in result["metrics"]}
    assert measured == {
        "GAN-test": 0.9943,
        "GAN-train": 0.9724,
        "Fréchet distance": 9.87,
        "Precision": 1.0,
        "Recall": 0.8,
    }
    assert all(type(value) is float for value in measured.values())


@pytest.mark.parametrize(
    "metrics", [{}, {"gan_test": None, "recall": "good", "precision": True, "gan_train": [1]}]
)
def test_what_was_not_measured_is_not_mentioned(metrics):
    text = make(metrics=metrics | {"frechet_distance": float("nan"), "data": "x"})
    assert not {"metrics", "model-index", "model_name"} & front_matter(text).keys()
    assert "Measured" not in text


def test_details_are_shown_beside_those_of_real_images():
    figures = METRICS | {
        "details": {"pieces": 0.0375, "specks": 0.5},
        "details_real": {"pieces": 0},
    }
    text = make(metrics=figures)
    assert "| 0.0375 | 0 |" in text
    assert "specks" not in text
    for nothing in ([], None, {"pieces": "few"}):
        assert "0.0375" not in make(metrics=figures | {"details_real": nothing})


def test_some_metrics_are_enough():
    text = make(metrics={"gan_train": 0.5})
    assert front_matter(text)["metrics"] == ["accuracy"]
    assert front_matter(text)["model-index"][0]["results"][0]["dataset"]["name"] == "MNIST"
    assert "## Measured\n" in text
    assert "| GAN-train | 0.5 |" in text


def test_what_people_read():
    text = make()
    for part in (
        "# numbers\n",
        "trained on MNIST with [Jittor]",
        "](number.png)",
        "](grid.png)",
        'pip install ".[hub]"',
        'Sampler.from_pretrained("ann/numbers")',
        "python demo/app.py --weights ann/numbers\n",
        'api_name="/write"',
        "## Measured on MNIST test split",
        "| GAN-test | 0.9943 |",
        "| `n_epochs` | 100 |",
        "## Limits",
        "match in style only where they share a hand",
        "CC BY-SA 3.0",
    ):
        assert part in text
    assert text[: text.rindex("\n<!--")].endswith(".\n")


@pytest.mark.parametrize(
    ("config", "said"),
    [(TINY, "those of the Jittor tutorial"), (TINY_CONV, "convolutional; the discriminator is")],
    ids=["mlp", "conv"],
)
def test_which_networks_they_are(config, said):
    training = TRAINING | {"d_widths": [8, 6, 4], "d_lr": None}
    text = make(config, training)
    assert f"The networks are {said}" in text
    assert text.count("The networks are") == 1
    assert "| `d_widths` | [8, 6, 4] |" in text
    assert "d_lr" not in text  # as G's


def test_a_branch_is_named():
    text = make(repository=Repository("ann/numbers", "dev"))
    assert 'Sampler.from_pretrained("ann/numbers", revision="dev")' in text
    assert "--weights ann/numbers@dev\n" in text


@pytest.mark.parametrize(
    "config",
    [
        MlpConfig(latent_dim=3, img_size=8, conditional=False),
        MlpConfig(latent_dim=3, img_size=8, n_classes=4, channels=3),
    ],
    ids=["unconditional", "colour"],
)
def test_a_generator_that_writes_no_numbers(config):
    text = make(config, {"dataset": "digits"}, {})
    assert "number.png" not in text
    assert "writes" not in text
    assert "demo/app.py" not in text
    assert "sampler.grid(" in text
    assert "trained on scikit-learn's digits" in text
    assert "MNIST" not in text
    front = front_matter(text)
    assert "datasets" not in front
    assert "handwritten-digits" not in front["tags"]


@pytest.mark.parametrize("training", [{}, {"dataset": "faces"}, {"dataset": ["mnist"], "x": {}}])
def test_unknown_training(training):
    text = make(training=training, metrics={})
    assert "datasets" not in front_matter(text)
    assert "trained on" not in text
    assert ("is not recorded" in text) == (training.get("dataset") != "faces")


def test_what_others_wrote_cannot_break_it():
    """Line ends would end the front matter, the heading or the table; brackets begin HTML."""
    nasty = "a\n---\n# b | <script>"
    text = make(training={"dataset": nasty, nasty: 1}, metrics={"recall": 1.0, "data": nasty})
    assert front_matter(text)["model-index"][0]["results"][0]["dataset"]["name"].startswith("a")
    assert "\n# b" not in text
    assert "<script>" not in text
    assert text.count("\n---\n") == 1


def test_it_needs_no_jinja(tmp_path):
    """Only huggingface_hub's templates need it."""
    code = (
        "import sys\nsys.modules['jinja2'] = None\n"
        "from tests.publish.test_card import make\nassert make().startswith('---')"
    )
    result = run_python("-c", code, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
