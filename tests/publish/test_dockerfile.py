"""The Dockerfile: its steps are followed, since a test can't count on Docker."""

import re
import shutil
import subprocess

import pytest

from cgan import Sampler
from cgan.common import packages
from cgan.hub.source import Source
from cgan.model import weights
from cgan.publish import demo_files
from cgan.writing.setting import unnamed
from demo import actions
from demo.actions import Settings
from demo.models import Model
from tests import dockerfile, hosting
from tests.conftest import ROOT, TINY, random_tensors
from tests.hub_server import HubServer


def test_the_build_gets_only_what_the_demo_is_made_of(tmp_path):
    for name in (".env", "data/x.gz", "runs/a/model.safetensors", "cgan/__pycache__/x.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    for name in ("LICENSE", "cgan/a.py", "demo/static/page.js", "requirements-demo.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    shutil.copy(ROOT / ".dockerignore", tmp_path)
    found = {path.as_posix() for path in dockerfile.context(tmp_path)}
    assert found == {"LICENSE", "cgan/a.py", "demo/static/page.js", "requirements-demo.txt"}


def test_base_images_are_pinned_and_the_same():
    steps = dockerfile.instructions((ROOT / "Dockerfile").read_text())
    bases = {rest.partition(" ")[0] for name, _, rest in steps if name == "FROM"}
    (base,) = bases
    assert re.fullmatch(r"python:3\.12\.\d+-slim-[a-z]+@sha256:[0-9a-f]{64}", base)


@pytest.fixture(scope="module")
def disk():
    with hosting.machine() as folder:
        yield folder


@pytest.mark.slow
def test_it_holds_the_demo_and_its_packages_alone(image):
    names = {path.relative_to(image.path(".")) for path in image.path(".").rglob("*")}
    files = {name.as_posix() for name in names if not image.path(name).is_dir()}
    assert files == {*demo_files.find_files(), "requirements.txt"}
    command = [image.root / "python/bin/python", "-m", "pip", "list", "--format=freeze"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    installed = {packages.canonical_name(line.partition("==")[0]): line for line in listed}
    pins = packages.read_pins((ROOT / demo_files.LOCK).read_text())
    # What pip found necessary beyond the pins would come without a version.
    assert installed.keys() - pins.keys() <= {"pip", "setuptools"}
    for name in installed.keys() & pins.keys():
        assert installed[name].partition("==")[2] == pins[name]


def start(disk, image, **environment):
    """Start the image at a port of its own, as by `docker run -e PORT=...`."""
    variables = image.variables() | {"PORT": str(hosting.free_port())} | environment
    image.path("/tmp").mkdir(exist_ok=True)
    image.path("/tmp").chmod(0o1777)
    folder, port = image.path("."), variables.get("GRADIO_SERVER_PORT") or variables["PORT"]
    return variables, hosting.running(image.command, folder, disk, port, **variables)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["PORT", "GRADIO_SERVER_PORT"])
def test_it_serves_as_a_plain_user_and_answers_the_health_check(disk, image, name):
    assert image.user == f"{hosting.PLAIN_USER}:{hosting.PLAIN_USER}"
    assert image.ports == ["7860"]
    assert image.environment["PORT"] == "7860"
    variables, started = start(disk, image, **{name: str(hosting.free_port())})

    def healthy():
        check = ["/bin/sh", "-c", image.health]
        where = {"cwd": image.path("."), "env": variables | {"http_proxy": "http://127.0.0.1:9"}}
        return subprocess.run(check, timeout=30, **where, **hosting.plain_user()).returncode == 0

    assert not healthy()
    with started as host:
        assert healthy()
        settings = Settings(**unnamed(Settings) | {"digits": "13812345678"})
        expected = actions.number_png(Model(Sampler.from_pretrained()), settings, 4)[2]
        assert host.write("13812345678") == expected
        assert host.asked_outside() == []
    assert not healthy()


@pytest.mark.slow
def test_it_keeps_weights_from_the_hub_in_the_one_folder_it_may_write(disk, image, tmp_path):
    weights.save_config(tmp_path, TINY)
    weights.save_tensors(tmp_path, TINY, random_tensors(TINY))
    files = {name: (tmp_path / name).read_bytes() for name in ("config.json", "model.safetensors")}
    with HubServer(tmp_path / "hub") as hub:
        sha = hub.add_repo("ann/digits", files)
        online = {"HF_ENDPOINT": hub.endpoint, "HF_HUB_DISABLE_TELEMETRY": "1"}
        _, started = start(disk, image, CGAN_WEIGHTS="ann/digits", **online)
        with started as host:
            settings = Settings(**unnamed(Settings) | {"digits": "13812345678"})
            source = Source("hub", "ann/digits", sha)
            sampler = Sampler(weights.Weights(TINY, random_tensors(TINY)), source)
            expected = actions.number_png(Model(sampler), settings, 4)[2]
            assert host.write("13812345678") == expected
    assert list(image.path("cache").rglob("model.safetensors")) != []
