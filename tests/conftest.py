"""What several tests share: small random weights, Python in its own process, and a Hub."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import certifi
import huggingface_hub
import hypothesis
import numpy as np
import pytest
from huggingface_hub import constants
from huggingface_hub.utils import _xet

from cgan.model import weights
from cgan.model.architectures.conv import ConvConfig
from cgan.model.architectures.mlp import MlpConfig
from cgan.model.registry import generator_shapes
from cgan.sampler import Sampler
from demo.serve import quick_import
from tests import fresh_jittor, resources
from tests.hub_server import HubServer

ROOT = Path(__file__).parents[1]
TINY = MlpConfig(latent_dim=3, n_classes=10, img_size=8)
TINY_CONV = ConvConfig(latent_dim=3, n_classes=10, img_size=8, widths=(8, 6, 4))

# No deadline: a busy machine is no failure. The same examples in every run.
_SETTINGS = {"deadline": None, "derandomize": True, "database": None}
hypothesis.settings.register_profile("cgan", max_examples=50, **_SETTINGS)
hypothesis.settings.register_profile("quick", max_examples=8, **_SETTINGS)
hypothesis.settings.load_profile("cgan")


quick_import.prepare()  # for tests that import Gradio, as the demo does
watch = resources.Watch()
# Which of the processes that share the tests this is, and what they share.
WORKER = int(os.environ["PYTEST_XDIST_WORKER"][2:]) if "PYTEST_XDIST_WORKER" in os.environ else None
CPUS = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]


def pytest_configure(config):
    for name, meaning in resources.MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
    if config.option.markexpr == "quick":
        hypothesis.settings.load_profile("quick")
    # A shell makes what it starts in the background ignore Ctrl-C, and nohup the terminal's end.
    # Tests send both to what they start.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    # What tests start writes as it does for users: not each line at once.
    os.environ.pop("PYTHONUNBUFFERED", None)
    # Let threads sleep while they wait for each other: others need the CPUs.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    if WORKER is not None:
        return
    if config.option.numprocesses:
        # The processes that share the tests get it. Each has threads of its own, and more threads
        # than CPUs would wait for each other.
        os.environ["OMP_NUM_THREADS"] = "1"
        # And compile an operator at a time. Jittor would start up to 16 compilers, and then look
        # only once a second whether they are done.
        os.environ["use_parallel_op_compiler"] = "1"
    everything = not (
        config.option.file_or_dir or config.option.markexpr or config.option.collectonly
    )
    if everything and not fresh_jittor.is_compiled():
        print("No compiled Jittor here: compiling it for these tests takes two or three minutes.")
        folder = tempfile.TemporaryDirectory(prefix="cgan-jittor-")
        config.add_cleanup(folder.cleanup)
        fresh_jittor.share(Path(folder.name))


def pytest_xdist_auto_num_workers(config):
    """Return how many processes share the tests, each with whole files: none for a single file."""
    files = getattr(config.option, "file_or_dir", [])  # not there with --help
    asked = [Path(name.partition("::")[0]) for name in files]
    if len(asked) == 1 and asked[0].suffix == ".py":
        return 0
    return min(2, len(CPUS))


def pytest_ignore_collect(collection_path, config):
    """Where only quick tests run, don't collect what would import Jittor."""
    if config.option.markexpr == "quick" and resources.needs_jittor(collection_path):
        return True
    return None


def pytest_xdist_make_scheduler(config, log):
    """Say which tests stay together in one process.

    Those of a file share its fixtures; the page's tests share a demo and a browser; a Space and
    the Dockerfile share an environment. One process has all tests about Jittor, and those whose
    processes train: two would compile the same operators, or wait for each other's locks.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            path = nodeid.partition("::")[0]
            if path in ("tests/publish/test_dockerfile.py", "tests/publish/test_space.py"):
                return "hosted"
            if path.startswith("tests/demo/page/"):
                return "page"
            if path == "tests/demo/test_weights_from_the_hub.py":
                return "jittor"
            return "jittor" if resources.needs_jittor(ROOT / path) else path

    return ByFile(config, log)


def pytest_collection_modifyitems(items):
    """Mark each test by what it needs."""
    for item in items:
        needed = resources.find(item)
        told = {marker.name for marker in item.iter_markers()}
        if not needed and not told & {"slow", *resources.MARKERS}:
            needed = {"quick"}
        for name in needed:
            item.add_marker(name)


def pytest_collection_finish(session):
    """Notice a test module that imports Jittor, which quick tests must not."""
    if session.config.option.markexpr == "quick" and "jittor" in sys.modules:
        raise pytest.UsageError("A test module imports Jittor: add it to JITTOR_PATHS in tests/.")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Give each test the same random numbers in every run: Jittor's own seed is the time."""
    if "jittor" in sys.modules:
        sys.modules["jittor"].set_seed(0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    watch.seen.clear()
    result = yield
    if watch.seen and item.get_closest_marker("quick"):
        pytest.fail(f"uses {', '.join(sorted(watch.seen))}, which tests/resources.py didn't find")
    return result


def random_tensors(config, seed=0):
    """Return tensors for `config` whose images have contrast and differ by z and by label."""
    rng = np.random.default_rng(seed)
    tensors = {}
    for name, shape in generator_shapes(config).items():
        values = rng.standard_normal(shape)
        if len(shape) == 1 or name.endswith(("gains", "biases")):
            values = 1 + values / 4 if name.endswith(("weight", "gains")) else values / 4
        elif name.startswith("up"):  # a pixel takes part of 4 of the 16 weights of each input
            values *= np.sqrt(2 / (4 * shape[0]))
        elif name != "label_emb.weight":
            values *= np.sqrt(2 / np.prod(shape[1:]))
        if name.endswith("running_var"):
            values = 0.1 + values**2
        tensors[name] = values.astype(np.float32)
    return tensors


def random_sampler(config, seed=0):
    return Sampler(weights.Weights(config, random_tensors(config, seed)))


def message(caught):
    """Return what a caught error says, which must be one line without control characters."""
    text = str(caught.value)
    assert text.isprintable(), text
    return text


def run_python(*arguments, cwd, **environment):
    """Run Python where this checkout's `cgan` can be imported; warnings are errors."""
    command = [sys.executable, "-W", "error", *arguments]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    variables = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    with subprocess.Popen(command, cwd=cwd, env=variables, text=True, **pipes) as process:
        try:
            output, error = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            waiting = _what_its_threads_do(process.pid)
            process.kill()
            pytest.fail(f"{arguments} hangs.\n{waiting}\n{process.communicate()}")
    return subprocess.CompletedProcess(command, process.returncode, output, error)


def _what_its_threads_do(number):
    """Return a line for each thread of a process: its name, and where it waits in the kernel."""
    lines = []
    for thread in sorted(Path(f"/proc/{number}/task").glob("*")):
        with contextlib.suppress(OSError):
            told = [(thread / name).read_text().strip() for name in ("comm", "wchan", "syscall")]
            lines.append(" ".join(told))
    return "\n".join(lines)


@pytest.fixture(scope="session")
def tiny_tensors():
    """Tensors of a generator of 8x8 images; copy before changing."""
    return random_tensors(TINY)


@pytest.fixture
def tiny_weights(tmp_path, tiny_tensors):
    """A folder with those tensors and their config."""
    folder = tmp_path / "weights"
    folder.mkdir()
    weights.save_config(folder, TINY)
    weights.save_tensors(folder, TINY, tiny_tensors)
    return folder


@pytest.fixture(scope="session")
def tiny_sampler():
    """A sampler of 8x8 images with the tensors of `tiny_tensors`."""
    return random_sampler(TINY)


@pytest.fixture(scope="session")
def reading_sampler():
    """A sampler of 8x8 images that has a reader."""
    return random_sampler(replace(TINY, reader=True))


WRITE, READ = "hf_writersSecret1", "hf_readersSecret2"


@pytest.fixture(params=[False, True], ids=["http", "xet"])
def hub(request, tmp_path, monkeypatch):
    """A Hub that huggingface_hub, in this process, takes for the real one, by both transports.

    "ann" may write with the token WRITE, which is set; "ben" may only read, with READ. At the
    end, no token must have gone to the second origin or been written anywhere.
    """
    home = tmp_path / "home"
    with HubServer(tmp_path / "hub", xet=request.param) as started:
        started.add_user("ann", WRITE, orgs=["digits"])
        started.add_user("ben", READ, role="read")
        for name, value in hub_constants(started, home).items():
            monkeypatch.setattr(constants, name, value)
        for name in ("HF_HOME", "HF_XET_CACHE"):
            monkeypatch.setenv(name, str(home))
        monkeypatch.setenv("HF_TOKEN", WRITE)
        # Otherwise hf_xet retries for a minute and a half.
        monkeypatch.setenv("HF_XET_CLIENT_RETRY_BASE_DELAY", "1ms")
        for name, value in few_certificates(started).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("cgan.hub.session.PAUSES", (0.01, 0.01))
        yield started
        huggingface_hub.close_session()
        if request.param:
            _xet.abort_xet_session()
        started.stop()
        check_no_token(started, home)


@pytest.fixture
def no_long_pauses(monkeypatch):
    """Fail instead of sleeping for minutes."""
    sleep = time.sleep
    monkeypatch.setattr("time.sleep", lambda s: sleep(s) if s < 60 else pytest.fail(f"slept {s}"))


# For tests of what happens before a file is sent or fetched, or where the transport is the same.
http_only = pytest.mark.parametrize("hub", [False], indirect=True, ids=["http"])
# For slow tests that need only the transport that users' files take.
xet_only = pytest.mark.parametrize("hub", [True], indirect=True, ids=["xet"])


def hub_constants(server, home):
    """Return what huggingface_hub would have read from the environment when imported."""
    return {
        "ENDPOINT": server.endpoint,
        "HUGGINGFACE_CO_URL_TEMPLATE": server.endpoint + "/{repo_id}/resolve/{revision}/{filename}",
        "HF_HUB_DISABLE_XET": not server.xet,
        "HF_HUB_DISABLE_TELEMETRY": True,
        "HF_HUB_OFFLINE": False,
        "HF_HOME": str(home),
        "HF_HUB_CACHE": str(home / "hub"),
        "HF_TOKEN_PATH": str(home / "token"),
    }


def hub_environment(server, home, token=WRITE):
    """Return the environment of a process that takes a server for the real Hub."""
    kept = {name: "" for name in os.environ if name.startswith("HF_")}
    given = {"HF_ENDPOINT": server.endpoint, "HF_HOME": str(home), "HF_TOKEN": token}
    return kept | given | few_certificates(server) | {"HF_HUB_DISABLE_TELEMETRY": "1"}


def few_certificates(server):
    """Return variables that name a single certificate, which hf_xet needs, though not for HTTP.

    Reading all 140 that a computer trusts, for each client, would be most of its work.
    """
    end = "-----END CERTIFICATE-----\n"
    path = server.folder / "certificate.pem"
    path.write_text(certifi.contents().partition(end)[0] + end)
    return {"SSL_CERT_FILE": str(path), "SSL_CERT_DIR": str(server.folder)}


def check_no_token(server, *folders):
    """Check that no token went to the second origin, nor into a file."""
    leaks = [r for r in server.requests if r.origin == "cdn" and "secret" in str(r).lower()]
    assert leaks == []
    for folder in (server.folder, *folders):
        for path in folder.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                assert WRITE.encode() not in content, path
                assert READ.encode() not in content, path


@pytest.fixture(scope="session")
def classifiers(tmp_path_factory):
    """A cache folder for classifiers that all tests share, so that each is trained once."""
    folder = tmp_path_factory.getbasetemp()
    if WORKER is not None:
        folder = folder.parent  # of all processes that share the tests
    (folder / "classifiers").mkdir(exist_ok=True)
    return folder / "classifiers"


@pytest.fixture
def cached_classifiers(classifiers, monkeypatch):
    """Let a test find and keep classifiers there, and never in the user's own cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(classifiers))
    return classifiers / "cgan" / "classifiers"


@pytest.fixture
def hasty_classifiers(tmp_path_factory, monkeypatch):
    """Let a test train classifiers in a tenth of the steps, and keep them from other tests."""
    from cgan.evaluation import classifier

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setattr(classifier, "MIN_STEPS", 40)
