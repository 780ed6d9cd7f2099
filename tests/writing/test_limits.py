"""The limits of Python and the command line."""

import numpy as np
import pytest

from cgan.common.errors import BadValue
from cgan.writing.limits import check_best_of, check_count
from tests.conftest import message


@pytest.mark.parametrize("value", [0, -1, 10, 1.0, "1", None, True, np.float64(2)])
def test_what_is_not_a_count_is_refused(value):
    with pytest.raises(BadValue, match="rows must be a whole number from 1 to 9"):
        check_count("rows", value, 9)
    assert type(check_count("rows", np.int64(3), 9)) is int


@pytest.mark.parametrize("value", [0, 65, 1.0, "2", None, True])
def test_a_number_of_candidates_outside_the_limits_is_refused(value):
    with pytest.raises(BadValue, match="best_of must be") as caught:
        check_best_of(value)
    message(caught)
    assert check_best_of(np.int64(64)) == 64
