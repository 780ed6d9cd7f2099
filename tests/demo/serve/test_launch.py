"""Starting the page: what goes wrong while it is built is said as it is."""

import pytest

from cgan.common.errors import MissingFile, UserError
from demo.serve import launch, options


def launched(build):
    """Return what is raised by a launch of the page that `build` makes."""
    with pytest.raises(UserError) as caught:
        launch.launch(build, ["write"], options.parse(["--host=127.0.0.1"], "Serve."))
    return caught.value


def test_an_error_of_ours_is_not_taken_for_the_networks():
    missing = MissingFile("There is no file.")

    def build():
        raise missing

    assert launched(build) is missing


def test_an_error_of_the_network_is_a_sentence():
    def build():
        raise OSError("the network is down")

    assert str(launched(build)) == "Could not start the page: the network is down"
