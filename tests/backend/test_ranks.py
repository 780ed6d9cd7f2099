"""Which share each process takes, and what several need. tests/training/test_follow.py has some."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgan.backend import ranks
from cgan.backend.toolchain import check_mpi
from cgan.common.errors import UserError

COUNT, RANK = "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"


@given(packs=st.integers(1, 40), pack=st.integers(1, 5), processes=st.integers(1, 9))
def test_the_shares_of_a_batch_are_the_batch(packs, pack, processes):
    batch = np.arange(packs * pack)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(COUNT, str(processes))
        shares = []
        for rank in range(processes):
            patch.setenv(RANK, str(rank))
            shares.append(ranks.share(len(batch), pack))
    taken = [batch[share.images] for share in shares]
    weights = [share.weight for share in shares]
    assert sum(weights) == pytest.approx(1)
    assert all(len(own) > 0 and len(own) % pack == 0 for own in taken)
    assert np.array_equal(
        np.concatenate([own for own, weight in zip(taken, weights, strict=True) if weight]), batch
    )


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"PATH": ""}, "sudo apt-get install libopenmpi-dev"),
        ({"use_mpi": "0"}, "use_mpi=0 in the environment"),
    ],
)
def test_what_several_processes_lack_is_told(monkeypatch, environment, words):
    monkeypatch.setenv(COUNT, "2")
    monkeypatch.delenv("mpicc_path", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UserError, match=words):
        check_mpi()


def test_a_command_for_several_processes_hides_no_option_that_it_does_not_know(monkeypatch):
    """Where it is known, tests/training/test_follow.py sees it."""
    monkeypatch.setenv(COUNT, "4")
    assert ranks.command() == "mpirun -np 4 ... python"
