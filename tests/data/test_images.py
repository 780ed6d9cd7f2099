"""Images of one's own: what is read, in which shape, and what is refused by name."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cgan.common.errors import BadValue, MissingFile
from cgan.data import datasets, images
from tests import idx_files
from tests.conftest import message

INK, PAPER = 30, 220


def drawn(width=20, height=30, ink=INK, paper=PAPER):
    """Return a grey image: a bar of ink in the middle of paper."""
    pixels = np.full((height, width), paper, np.uint8)
    pixels[height // 5 : -height // 5, width // 3 : -width // 3] = ink
    return Image.fromarray(pixels)


def save(image, path, **settings):
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **settings)


@pytest.fixture
def folder(tmp_path):
    """Two images of each of two classes, as somebody may have drawn or scanned them."""
    save(drawn(), tmp_path / "mine/0/a.png")
    save(drawn(40, 25), tmp_path / "mine/0/b.JPG", format="JPEG")
    save(drawn(9, 18).convert("RGB"), tmp_path / "mine/1/c.jpeg")
    save(drawn().convert("P"), tmp_path / "mine/1/d.png")
    return tmp_path / "mine"


def load(folder, size=12, channels=None):
    return datasets.load("images", folder, size, quiet=True, channels=channels)


def test_each_folder_is_a_class_and_images_of_any_size_fit(folder):
    (folder / "1/.DS_Store").touch()
    (folder / "1/Thumbs.db").touch()
    (folder / "README.txt").touch()
    dataset = load(folder)
    assert dataset.images.shape == (4, 1, 12, 12)
    assert dataset.labels.tolist() == [0, 0, 1, 1]
    assert dataset.describe() == (
        f"{folder}: 4 images of any size, 2 classes, inverted to light on dark"
    )
    # The paper's colour fills the square, so that no image is distorted.
    ink, paper = (255 - INK) / 127.5 - 1, (255 - PAPER) / 127.5 - 1
    np.testing.assert_allclose(dataset.images[:, 0, 5:7, 6], ink, atol=0.2)
    np.testing.assert_allclose(dataset.images[:, 0, :, [0, 11]], paper, atol=0.06)


def test_reading_shows_no_bar_where_nobody_watches_it(folder, capsys):
    datasets.load("images", folder, 12)
    assert capsys.readouterr().err == ""


def test_light_on_dark_stays_as_it_is_and_what_differs_is_told(folder):
    for path in folder.glob("*/*"):
        save(drawn(ink=PAPER, paper=INK), path)
    assert load(folder).remark == ""
    assert load(folder).images[0, 0, 6, 6] == pytest.approx(PAPER / 127.5 - 1, abs=0.1)
    save(drawn(), folder / "1/d.png")
    assert load(folder).remark == (
        f"but 1 of them were the other way round, such as {folder}/1/d.png"
    )


def test_colours_are_kept_on_request_and_not_inverted(folder):
    save(Image.new("RGB", (8, 8), (250, 10, 130)), folder / "0/a.png")
    dataset = load(folder, channels=3)
    assert (dataset.channels, dataset.remark) == (3, "")
    np.testing.assert_allclose((dataset.images[0, :, 6, 6] + 1) * 127.5, (250, 10, 130), atol=0.01)


def on_transparent(ink):
    """Return what drawing programs save: ink on nothing."""
    mask = np.asarray(drawn()) == INK
    pixels = np.zeros((*mask.shape, 4), np.uint8)
    pixels[mask] = (ink, ink, ink, 255)
    return Image.fromarray(pixels)


def turned():
    """Return an image that says that it was taken with the phone on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return {"image": drawn().rotate(90, expand=True), "exif": exif}


@pytest.mark.parametrize(
    "kind",
    [
        {"image": drawn().convert("CMYK"), "format": "JPEG"},
        {"image": drawn().convert("LA")},
        {"image": Image.fromarray(np.asarray(drawn()).astype(np.uint16) * 257)},
        {"image": drawn().convert("1")},
        {"image": on_transparent(0)},
        {"image": on_transparent(255)},
        turned(),
    ],
    ids=["CMYK", "alpha", "16 bits", "1 bit", "black on nothing", "white on nothing", "turned"],
)
def test_every_kind_of_png_and_jpeg_shows_its_ink(tmp_path, kind):
    end = ".jpg" if kind.get("format") == "JPEG" else ".png"
    save(kind.pop("image"), tmp_path / f"0/a{end}", **kind)
    (image,) = load(tmp_path).images[:, 0]
    assert image[3:9, 5:7].min() > 0.5  # upright
    assert image[:, [0, 11]].max() < -0.5


def png_of(width, height):
    """Return a PNG of a few kilobytes that unpacks to far more."""
    file = io.BytesIO()
    Image.new("1", (width, height)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is no PNG or JPEG"),
        (b"not an image", "it is no PNG or JPEG"),
        (png_of(9000, 9)[:-30], "truncated"),
        (png_of(9000, 10000), "9000x10000 pixels, more than 64,000,000"),
        (png_of(14000, 14000), "more than 64,000,000 pixels"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
    ],
    ids=["empty", "text", "cut short", "too many pixels", "far too many", "LFS pointer"],
)
def test_all_that_can_not_be_read_is_named(folder, data, why):
    (folder / "0/z.png").write_bytes(data)
    (folder / "1/e.jpg").write_bytes(b"?")
    with pytest.raises(BadValue) as caught:
        load(folder)
    said = message(caught)
    assert said.startswith(f"2 of 6 images can't be read: {folder}/0/z.png (")
    assert why in said
    assert f"{folder}/1/e.jpg (" in said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("0/scan.tiff", "are no PNG or JPEG files: {}/0/scan.tiff"),
        ("0/old/x.png", "are no PNG or JPEG files: {}/0/old"),
        ("01/x.png", "{}/01 and {}/1 are the same class"),
        ("256/x.png", "{}/256 is named by no class"),
        ("²/x.png", "{}/² is named by no class"),
        ("cats/x.png", "{}/cats is named by no class"),
        ("x.png", "{} has images outside the folders of their classes"),
    ],
)
def test_what_is_no_image_in_a_class_is_refused_not_left_out(folder, name, said):
    save(drawn(), folder / name)
    with pytest.raises(BadValue) as caught:
        load(folder)
    assert said.format(folder, folder) in message(caught)


@pytest.mark.parametrize("make", [Path.touch, os.mkfifo, lambda path: path.symlink_to("nothing")])
def test_a_class_that_is_no_folder_is_refused_not_left_out(folder, make):
    make(folder / "2")
    with pytest.raises(BadValue) as caught:
        load(folder)
    assert message(caught).startswith(f"{folder}/2 is no folder")


def test_an_image_that_would_be_black_is_refused(folder):
    """8 bits that were saved as 16."""
    Image.fromarray(np.arange(256, dtype=np.uint16).reshape(16, 16)).save(folder / "0/dark.png")
    with pytest.raises(BadValue) as caught:
        load(folder)
    assert "dark.png (it has 16 bits a pixel and no value above 255" in message(caught)


def test_some_images_are_of_all_classes_though_they_come_in_their_order(folder):
    for label, count in ((0, 40), (1, 20), (2, 20)):
        for number in range(count):
            save(drawn(), folder / f"{label}/{number:03}.png")
    data = load(folder)
    assert np.bincount(data.labels[data.some(21)]).tolist() == [11, 5, 5]
    assert data.some(1000).tolist() == list(range(len(data.labels)))
    mixed = data.part(np.array([1, 0, 60, 2, 3]))
    assert mixed.some(3).tolist() == [0, 1, 2]


def test_classes_one_folder_deeper_are_pointed_to(folder):
    with pytest.raises(BadValue, match=r"has its classes in .*/mine: name the one"):
        load(folder.parent)


def test_a_class_without_images_is_no_class_left_out(folder):
    (folder / "2").mkdir()
    with pytest.raises(BadValue, match="mine/2 holds no PNG or JPEG images: put some there"):
        load(folder)


def test_training_and_test_images_are_told_apart(folder):
    folder.rename(folder.parent / "train")
    save(drawn(), folder.parent / "test/0/x.png")
    with pytest.raises(
        BadValue, match=r"classes in .*/test and in .*/train: name the one to train"
    ):
        load(folder.parent)


def test_empty_and_missing_folders_are_refused(tmp_path):
    with pytest.raises(BadValue, match="holds no PNG or JPEG images"):
        load(tmp_path)
    with pytest.raises(MissingFile, match="There is no folder"):
        load(tmp_path / "none")


def test_more_images_than_fit_into_memory_are_refused_before_one_is_read(tmp_path, monkeypatch):
    found = [(0, tmp_path / "x.png")] * 100_000
    monkeypatch.setattr(images, "find", lambda folder: found)
    with pytest.raises(BadValue, match=r"would take 6 GiB of memory"):
        load(tmp_path, 128)


def test_a_fifth_of_each_class_is_for_measuring(folder):
    train, test = datasets.load_splits("images", folder, 12, quiet=True)
    assert (train.labels.tolist(), test.labels.tolist()) == ([0, 1], [0, 1])
    (folder / "1/c.jpeg").unlink()
    with pytest.raises(BadValue, match="a single image of class 1"):
        datasets.load_splits("images", folder, 12, quiet=True)


def test_what_is_in_a_folder_is_recognised(folder, tmp_path):
    assert datasets.recognise(folder) == "images"
    assert datasets.recognise(folder.parent) == "images"  # to be told where the classes are
    assert datasets.recognise(tmp_path / "none") == "mnist"
    (tmp_path / "empty/0").mkdir(parents=True)
    assert datasets.recognise(tmp_path / "empty") == "mnist"
    for name, found in {"cats/x.png": "images", "Music/x.mp3": "mnist"}.items():
        (tmp_path / "other" / name).parent.mkdir(parents=True)
        (tmp_path / "other" / name).touch()
        assert datasets.recognise(tmp_path / "other") == found, name
    save(drawn(), tmp_path / "words/train/one/x.png")
    assert datasets.recognise(tmp_path / "words") == "images"  # to be told of numbers
    idx_files.write(folder, idx_files.data_set())
    assert datasets.recognise(folder) == "mnist"
