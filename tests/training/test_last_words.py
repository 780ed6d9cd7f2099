"""What is said where the first of several processes can't. test_follow.py has more."""

import subprocess

import pytest

from cgan.backend.compat import MPI_COUNT
from cgan.training import last_words


@pytest.fixture
def speakers(monkeypatch):
    """Two processes; the list that the one who speaks comes into."""
    monkeypatch.setenv(MPI_COUNT, "2")
    started, start = [], subprocess.Popen

    def noted(*arguments, **settings):
        started.append(start(*arguments, **settings))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    return started


def test_who_would_speak_may_be_killed(speakers, tmp_path):
    """A stop afterwards is as usual."""
    with last_words.ready("python train.py --resume run", tmp_path / "last.safetensors"):
        (speaker,) = speakers
        speaker.kill()
        speaker.wait()
        last_words.heard()
