"""Make the README's screenshots: `python docs/make_screenshots.py` (needs Chromium)."""

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from tests import browser  # noqa: E402

DESKTOP = {"viewport": {"width": 1000, "height": 800}, "device_scale_factor": 1.5}
PHONE = {"viewport": {"width": 360, "height": 700}, "device_scale_factor": 2, "has_touch": True}
FRAME = 9
SHOTS = {
    "desktop": (DESKTOP, "Write"),
    "dark": ({**DESKTOP, "color_scheme": "dark"}, "Morph"),
    "styles": ({**DESKTOP, "viewport": {"width": 1000, "height": 1080}}, "Styles"),
    "chinese": ({**DESKTOP, "locale": "zh-CN"}, "书写"),
    "phone": (PHONE, "Write"),
}


def main() -> None:
    """Write `demo-NAME.png` for each of `SHOTS`, beside this file."""
    with (
        tempfile.TemporaryDirectory() as folder,
        browser.served(Path(folder)) as served,
        browser.browser() as chromium,
    ):
        for name, (settings, tab) in SHOTS.items():
            with browser.visit(chromium, served.address, **settings) as visited:
                visited.page.get_by_role("tab", name=tab).click()
                visited.page.wait_for_timeout(2500)
                if film := visited.page.locator(".film-controls input:visible").all():
                    film[0].fill(str(FRAME))  # the same one each time
                visited.page.screenshot(path=HERE / f"demo-{name}.png")


if __name__ == "__main__":
    main()
