"""The pictures of a run as a whole."""

import os

import numpy as np
import pytest
from PIL import Image

from cgan.training.plots import save_animation, save_loss_curves


@pytest.mark.parametrize("rows", [1, 2, 399, 1900])
def test_loss_curves_are_drawn_from_any_number_of_rows(tmp_path, rows):
    save_loss_curves(tmp_path / "losses.png", [(i, 0, 0.2, 0.5 + i / rows) for i in range(rows)])
    with Image.open(tmp_path / "losses.png") as image:
        assert image.format == "PNG"
        assert image.size == (800, 400)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_negative_loss_is_in_the_picture(tmp_path):
    """As much of the generator's red curve is seen below zero as above."""
    for name, shift in (("above", 0.0), ("below", -5.0)):
        rows = [(i, 0, 3 + shift, 9 + shift - i / 100) for i in range(900)]
        save_loss_curves(tmp_path / f"{name}.png", rows)
    red = []
    for name in ("above", "below"):
        with Image.open(tmp_path / f"{name}.png") as image:
            pixels = np.asarray(image.convert("RGB")).astype(int)
        red.append(np.count_nonzero(pixels[..., 0] - pixels[..., 1] > 100))
    assert red[1] > 0.9 * red[0]


def test_a_single_row_is_seen(tmp_path):
    save_loss_curves(tmp_path / "losses.png", [(1, 0, 0.2, 0.5)])
    with Image.open(tmp_path / "losses.png") as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    red = pixels[..., 0] - pixels[..., 1] > 100
    # Beside the line in the legend, in the upper right: a point in the middle.
    assert red[:, 200:600].any()


def frames(folder, count):
    paths = []
    for i in range(count):
        pixels = np.zeros((8, 8), np.uint8)
        pixels.flat[: i % 64 + 1] = 255
        paths.append(folder / f"{i}.png")
        Image.fromarray(pixels).save(paths[-1])
    return paths


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (3, 3), (64, 64)])
def test_the_animation_shows_every_frame_and_dwells_on_the_last(tmp_path, count, expected):
    paths = frames(tmp_path, count)
    save_animation(tmp_path / "progress.gif", paths, (8, 8))
    with Image.open(tmp_path / "progress.gif") as gif:
        assert gif.n_frames == expected
        gif.seek(expected - 1)
        assert gif.info["duration"] == 2000
        with Image.open(paths[-1]) as last:
            assert np.array_equal(np.asarray(gif.convert("L")), np.asarray(last))


def test_a_long_run_is_thinned_out_but_begins_and_ends_as_it_did(tmp_path):
    save_animation(tmp_path / "progress.gif", frames(tmp_path, 250), (8, 8))
    with Image.open(tmp_path / "progress.gif") as gif:
        assert gif.n_frames <= 100
        assert np.count_nonzero(np.asarray(gif.convert("L"))) == 1


def test_what_is_no_sample_is_left_out_of_the_animation(tmp_path, capsys):
    paths = frames(tmp_path, 9)
    paths[1].write_bytes(b"")
    paths[2].write_bytes(paths[2].read_bytes()[:40])
    paths[3].unlink()
    os.mkfifo(paths[3])
    Image.new("L", (9, 8)).save(paths[4])
    paths[5].write_bytes(paths[5].read_bytes()[:45] + b"broken" + paths[5].read_bytes()[51:])
    Image.new("L", (8, 8)).save(paths[6], format="GIF")
    Image.new("1", (9000, 9000)).save(paths[7])  # 10 kB that would take 81 MB
    save_animation(tmp_path / "progress.gif", paths, (8, 8))
    with Image.open(tmp_path / "progress.gif") as gif:
        assert gif.n_frames == 2
    said = capsys.readouterr().err
    assert "7 of the pictures" in said
    assert said.count("\n") == 1
    save_animation(tmp_path / "none.gif", paths[1:8], (8, 8))
    assert not (tmp_path / "none.gif").exists()
