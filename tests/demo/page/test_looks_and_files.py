"""Looks, inks and sizes of the number, and the files that are downloaded."""

import io
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from demo.actions import Settings
from tests.browser import visit
from tests.demo.page.acting import SAMPLER, download, show_details

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("density", "widths"), [(1, (32, 64, 160)), (2, (32, 80, 160))])
def test_the_pixels_of_mnist_are_all_as_large(chromium, demo, density, widths):
    address = f"{demo.address}#digits=138&look=mnist&size=24"
    with visit(chromium, address, device_scale_factor=density) as visited:
        page = visited.page
        show_details(page)
        for size, width in zip((24, 80, 160), widths, strict=True):
            box = page.get_by_role("spinbutton", name="Size on the page")
            box.fill(str(size))
            box.press("Enter")
            digit = page.locator(f".sheet.mnist[style*='--digit:{size}px'] .digit").first
            expect(digit).to_have_css("width", f"{width}px")


def test_looks_and_inks_change_the_paper(page):
    show_details(page)
    page.get_by_label("White on black").check()
    page.locator(".sheet.mnist img").first.wait_for()
    assert page.locator(".digit img").count() == 11
    expect(page.get_by_label("Blue")).to_be_disabled()  # there is no ink
    page.get_by_label("Transparent").check()
    page.get_by_label("Blue").check()
    page.locator(".sheet.clear[style*='#1d3582']").wait_for()
    page.locator(".other.clear").first.wait_for()
    pattern = "getComputedStyle(document.querySelector('{}')).backgroundImage"
    assert page.evaluate(pattern.format(".other")) == page.evaluate(pattern.format(".sheet"))
    assert "conic" in page.evaluate(pattern.format(".other"))
    size = page.get_by_role("spinbutton", name="Size on the page")
    size.fill("100")
    size.press("Enter")
    page.locator(".sheet[style*='--digit:100px']").wait_for()


def test_downloads_hold_what_made_them(page):
    name, small = download(page, "PNG")
    assert name == f"13812345678-seed-{Settings.seed}.png"
    with Image.open(io.BytesIO(small)) as image:
        size = image.size
        assert size[1] == 4 * 32
        assert image.text["digits"] == "13812345678"
        assert image.text["seed"] == str(Settings.seed)
        assert image.text["weights-sha256"] == SAMPLER.sha256
    name, large = download(page, "PNG, large")
    assert name == f"13812345678-seed-{Settings.seed}.large.png"
    with Image.open(io.BytesIO(large)) as image:
        assert image.size == (2 * size[0], 2 * size[1])


def test_the_svg_is_the_picture(page):
    name, svg = download(page, "SVG")
    assert name == f"13812345678-seed-{Settings.seed}.svg"
    root = ElementTree.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    assert root.findtext(f"{space}title") == "13812345678"
    assert len(root.findall(f".//{space}path")) == 11
    _, large = download(page, "PNG, large")
    with Image.open(io.BytesIO(large)) as image:
        expected = np.asarray(image.convert("L")) < 128
    drawn = page.evaluate(
        """async ([svg, width, height]) => {
            const image = new Image();
            image.src = "data:image/svg+xml;base64," + btoa(svg);
            await image.decode();
            const canvas = new OffscreenCanvas(width, height);
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0, width, height);
            const { data } = context.getImageData(0, 0, width, height);
            const ink = [];
            for (let i = 0; i < data.length; i += 4) ink.push(data[i] < 128 ? 1 : 0);
            return ink.join("");
        }""",
        [svg.decode(), expected.shape[1], expected.shape[0]],
    )
    ink = np.frombuffer(drawn.encode(), np.uint8).reshape(expected.shape) == ord("1")
    assert (ink & expected).sum() / (ink | expected).sum() > 0.95
