"""What visitors have set is no longer on the server when they have been answered."""

import gc
import warnings

import pytest

from demo.models import Models
from demo.page import page
from demo.serve.sessions import NoSessions

pytestmark = [
    # Gradio leaves sockets and event loops to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def built():
    demo = page.build(Models())
    yield demo
    demo.close()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        del demo
        gc.collect()


def test_a_session_is_new_each_time(built):
    holder = NoSessions()
    holder.set_blocks(built)
    first = holder["mine"]
    component = next(iter(built.blocks))
    first._update_value_in_config(component, "13912345678")
    first._update_config(component)
    assert list(first.components) == []
    assert holder["mine"] is not first
    assert "mine" not in holder
    assert holder.session_data == {}
