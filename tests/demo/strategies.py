"""Settings of the page for hypothesis: right ones, and whatever may be sent instead."""

from hypothesis import strategies as st

from cgan.common.errors import UserError
from cgan.writing.look import INKS, LOOKS
from cgan.writing.settings import SPACINGS
from demo.actions import Settings
from demo.text.texts import explain

numbers = st.text("0123456789１٣ -.()[]+", max_size=70)
any_text = numbers | st.text(max_size=20) | st.none() | st.integers()
# No subnormal floats: where Jittor has been imported before, the process flushes them to zero.
strange = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_subnormal=False)
    | st.text(max_size=4)
)
any_seed = st.integers(0, 9999) | strange
any_truncation = st.floats(0, 1.5, allow_subnormal=False) | strange
any_redrawn = (
    st.lists(st.tuples(st.integers(0, 70), st.integers(0, 1100)), max_size=5).map(
        lambda pairs: "-".join(f"{position}.{variation}" for position, variation in pairs)
    )
    | st.text("0123456789.-_ ", max_size=12)
    | strange
)
any_look = st.sampled_from([*LOOKS, "", "PAPER"])
any_ink = st.sampled_from([*INKS, "", "pink"])
any_settings = st.builds(
    Settings,
    digits=any_text,
    seed=any_seed,
    style=st.sampled_from(["own", "one"]) | strange,
    row=st.integers(0, 19) | strange,
    truncation=any_truncation,
    redrawn=any_redrawn,
    look=any_look,
    ink=any_ink,
    size=st.integers(24, 160) | strange,
    best_of=st.integers(1, 8) | strange,
    variation=st.floats(-1, 2, allow_subnormal=False) | strange,
    spacing=st.sampled_from(SPACINGS) | strange,
    pen=st.floats(-2, 2, allow_subnormal=False) | strange,
    hand=st.sampled_from(["", "1.0123456789ab.AAAA", "{}"]) | strange,
)
right_settings = st.builds(
    Settings,
    digits=st.text("0123456789 -.()", max_size=40).map(lambda text: f"+{text}7"),
    seed=st.integers(0, 9999),
    variation=st.sampled_from([0.0, 0.22, 1.0]),
    row=st.integers(0, 19),
    truncation=st.floats(0, 1.5, allow_subnormal=False),
    redrawn=st.dictionaries(st.integers(0, 63), st.integers(1, 999), max_size=4).map(
        lambda redrawn: "-".join(f"{i}.{redrawn[i]}" for i in sorted(redrawn))
    ),
    look=st.sampled_from(tuple(LOOKS)),
    ink=st.sampled_from(tuple(INKS)),
    size=st.integers(24, 160),
    best_of=st.integers(1, 3),
    pen=st.floats(-1, 1, allow_subnormal=False),
)


def worked(action):
    """Return what `action` returns, or None where it is refused in one line in each language."""
    try:
        return action()
    except UserError as error:
        for language in ("en", "zh"):
            said = explain(error, language)
            assert said
            assert said.isprintable()
        return None
