"""Take the pictures of docs/playground.md: `make screenshots`."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import sync_playwright

from cartesia_emulator import Emulator

from . import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page

DOCS = Path(__file__).parents[1] / "docs"
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def save(page: Page, name: str) -> None:
    """Write a picture as WebP, which keeps text sharp at a fraction of the size."""
    path = DOCS / f"playground-{name}.webp"
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").save(path, quality=82, method=6)
    print(f"{path.relative_to(DOCS.parent)}: {path.stat().st_size} bytes")


def speak_until(page: Page, words: int) -> None:
    """Speak slowly, and wait until as many words were lit."""
    page.locator("#speed").fill("0.7")
    page.click("#speak-button")
    page.wait_for_selector(f"#words .said >> nth={words - 2}", timeout=60_000)


def main() -> None:
    """Take the pictures with the voices that the emulator has on this machine."""
    path = chromium.find()
    if path is None:
        sys.exit(chromium.MISSING)
    with Emulator() as emulator, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])

        def opened(scheme: str, viewport: dict[str, int], scale: float = 1) -> Page:
            page = browser.new_page(
                color_scheme=scheme, viewport=viewport, device_scale_factor=scale
            )
            page.goto(emulator.playground_url)
            page.wait_for_selector("#voice:enabled")
            return page

        page = opened("light", WIDE, 1.5)
        speak_until(page, 6)
        save(page, "speak")
        page = opened("light", WIDE, 1.5)
        speak_until(page, 4)
        page.click("#interrupt")
        page.wait_for_selector("#words .lost")
        save(page, "interrupt")
        page = opened("dark", WIDE, 1.5)
        page.select_option("#fault", "drop")
        page.click("#fault-try")
        page.wait_for_selector("#fault-outcome:visible", timeout=60_000)
        page.locator("#faults-title").evaluate("one => one.closest('section').scrollIntoView()")
        save(page, "faults")
        page = opened("dark", PHONE, 1.5)
        speak_until(page, 3)
        save(page, "phone")
        browser.close()


if __name__ == "__main__":
    main()
