"""How files of each format begin, for the tests of everything that writes them."""

BEGINS = {
    "png": b"\x89PNG\r\n",
    "svg": b"<svg ",
    "strokes": b"<svg ",
    "pdf": b"%PDF-",
}


def assert_is(kind, data):
    """Check that a file is of a format of `cgan.writing.formats.FORMATS`."""
    assert data.startswith(BEGINS[kind]), (kind, data[:20])
    # What sets both kinds of SVG apart: lines, or outlines that are filled.
    if BEGINS[kind] == b"<svg ":
        assert (b"stroke-linecap" in data) == (kind == "strokes")
