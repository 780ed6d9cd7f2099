"""The errors that a user can put right."""

import pytest

from cgan.common.errors import BadValue, MissingFile, UserError


@pytest.mark.parametrize(("kind", "builtin"), [(BadValue, ValueError), (MissingFile, OSError)])
def test_python_callers_catch_what_they_expect(kind, builtin):
    with pytest.raises(builtin, match=r"^a 7 is wrong$") as caught:
        raise kind("a {x} is wrong", text_id="some.id", x=7)
    assert isinstance(caught.value, UserError)
    assert (caught.value.text_id, caught.value.values) == ("some.id", {"x": 7})


def test_control_characters_are_escaped():
    assert str(UserError("a\nb {x}", x="\x1b[1m")) == r"a\nb \x1b[1m"
