"""What we know of huggingface_hub's private parts fits the version that is pinned."""

import pytest
from huggingface_hub import get_session, set_client_factory
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import _http, validate_repo_id
from hypothesis import given
from hypothesis import strategies as st

from cgan.common.errors import UserError
from cgan.common.packages import LOCK
from cgan.hub import compat
from cgan.hub.repository import check_name


def test_it_was_written_for_the_pinned_version():
    """Where the pin moves, run the tests that the module names, and then change its version."""
    assert f"huggingface-hub=={compat.VERSION}" in LOCK.read_text().splitlines()


def accepts(check, name, error):
    try:
        check(name)
    except error:
        return False
    return True


@given(
    st.lists(
        st.sampled_from(["a", "B1", "_", "-", ".", "é", " ", "a" * 95, ".git", "/"]), max_size=6
    ).map("".join)
)
def test_a_name_is_valid_where_the_library_says_so(name):
    expected = accepts(validate_repo_id, name, HFValidationError) and "/" in name
    assert accepts(check_name, name, UserError) == expected


def test_clients_are_adjusted_while_it_lasts():
    adjusted = []

    def adjust(client):
        adjusted.append(client)
        return client

    factory = _http._GLOBAL_CLIENT_FACTORY
    with compat.adjusted_clients(adjust):
        assert adjusted == [get_session()]
        client = _http._GLOBAL_CLIENT_FACTORY()
        assert adjusted[1:] == [client]
        client.close()
    assert _http._GLOBAL_CLIENT_FACTORY is factory


def test_a_factory_that_was_set_meanwhile_stays():
    factory = _http._GLOBAL_CLIENT_FACTORY
    try:
        with compat.adjusted_clients(lambda client: client):
            set_client_factory(_http.default_client_factory)
        assert _http._GLOBAL_CLIENT_FACTORY is _http.default_client_factory
    finally:
        set_client_factory(factory)


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ("HTTP status client error (403 Forbidden), domain: https://x", 403),
        ("HTTP status server error (502 Bad Gateway), domain: https://x", 502),
        ("connection reset", None),
    ],
)
def test_the_status_that_xet_tells(message, status):
    assert compat.xet_status(ConnectionError(message)) == status
