"""The playground does in a real browser what it says, for mouse, keyboard and small screens."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from .conftest import SPOKEN, MakePage

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from cartesia_emulator import Emulator

pytestmark = pytest.mark.slow

RunCode = Callable[["Page"], str]


def status(page: Page, name: str, pattern: str) -> str:
    """Wait until a status reads like the pattern; return it."""
    page.wait_for_selector(f"#{name} >> text=/{pattern}/")
    return page.locator(f"#{name}").text_content() or ""


def save(page: Page, link: str, folder: Path) -> None:
    with page.expect_download() as download:
        page.click(link)
    download.value.save_as(folder / download.value.suggested_filename)


def test_it_speaks_with_words_lit_one_after_another(page: Page, run_code: RunCode) -> None:
    page.evaluate(
        """() => {
          window.lit = [];
          new MutationObserver((changes) => {
            for (const { target } of changes)
              if (target.className === "now") window.lit.push(target.textContent);
          }).observe(document.getElementById("words"), { subtree: true, attributes: true });
        }"""
    )
    page.fill("#text", "one two three four")
    page.locator("#speed").fill("0.6")
    page.click("#speak-button")
    status(page, "speak-status", r"First audio after \d+ ms; \d+\.\d\d s of audio")
    page.wait_for_selector("#words .said >> nth=3")
    lit = list(dict.fromkeys(page.evaluate("window.lit")))
    # A busy machine may skip a word; each that was lit came in its turn.
    assert len(lit) >= 2
    assert lit == [word for word in ("one", "two", "three", "four") if word in lit]
    assert page.locator("#words").inner_text().split() == ["one", "two", "three", "four"]
    pixels = "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(Boolean)"
    assert page.locator("#wave").evaluate(pixels)
    assert re.findall(r"s  (\w+)", run_code(page)) == ["one", "two", "three", "four"]


@pytest.mark.parametrize("transport", ["websocket", "sse", "bytes"])
@pytest.mark.parametrize("form", ["raw/pcm_f32le/44100", "raw/pcm_mulaw/8000"])
def test_every_delivery_speaks_and_its_code_runs(
    page: Page, run_code: RunCode, transport: str, form: str
) -> None:
    page.fill("#text", 'Say "hello" \\ \N{SNOWMAN}')
    page.select_option("#transport", transport)
    page.select_option("#format", form)
    page.select_option("#emotion", "calm")
    page.locator("#speed").fill("1.2")
    page.click("#speak-button")
    status(page, "speak-status", r"First audio after")
    assert run_code(page)


@pytest.mark.parametrize("form", ["wav/pcm_s16le/24000", "mp3/128000/44100"])
def test_files_come_whole_and_can_be_saved(
    page: Page, run_code: RunCode, tmp_path: Path, form: str
) -> None:
    page.select_option("#format", form)
    assert page.locator("#transport").input_value() == "bytes"
    page.click("#speak-button")
    status(page, "speak-status", "First audio after")
    save(page, "#speak-file", tmp_path)
    name = f"speech.{form[:3]}"
    assert (tmp_path / name).stat().st_size > 1000
    assert "s of audio" in run_code(page)


def test_an_interruption_shows_what_was_heard(page: Page, run_code: RunCode) -> None:
    page.fill("#text", "one two three four five six seven eight nine ten")
    page.locator("#speed").fill("0.6")
    page.click("#speak-button")
    page.wait_for_selector("#words .now >> nth=0")
    page.wait_for_selector("#words .said >> nth=2")
    page.click("#interrupt")
    shown = status(page, "speak-status", "Interrupted after")
    heard = re.search("“(.*)”", shown)
    assert heard is not None
    assert heard[1].startswith("one two")
    assert "ten" not in heard[1]
    assert "ten" in page.locator("#words .lost").all_inner_texts()
    assert run_code(page) == f"heard: {heard[1]}\n"


def test_a_voice_is_cloned_from_the_microphone(
    page: Page, run_code: RunCode, tmp_path: Path, emulator: Emulator
) -> None:
    page.click("#clone-record")
    status(page, "clone-status", "Recording: [3-9] s")
    page.click("#clone-record")
    status(page, "clone-status", "recording.wav is ready")
    page.fill("#clone-name", "Fox")
    page.click("#clone")
    shown = status(page, "clone-status", "“Fox” is ready")
    voice = page.locator("#voice").input_value()
    assert voice in shown
    assert emulator.voices.get(voice).name == "Fox"
    save(page, "#clone-save", tmp_path)
    assert run_code(page)
    assert (tmp_path / "clone.wav").exists()


def test_it_transcribes_a_file(
    page: Page, run_code: RunCode, recording: Path, tmp_path: Path
) -> None:
    page.set_input_files("#transcribe-file", recording)
    page.click("#transcribe")
    assert status(page, "transcript", "fox").strip() == SPOKEN
    (tmp_path / recording.name).write_bytes(recording.read_bytes())
    assert run_code(page).strip() == SPOKEN


def test_it_transcribes_the_microphone(page: Page, run_code: RunCode, tmp_path: Path) -> None:
    page.click("#transcribe-record")
    status(page, "transcribe-status", "Recording: [3-9] s")
    page.click("#transcribe-record")
    page.click("#transcribe")
    assert status(page, "transcript", "fox").strip().startswith(SPOKEN)
    save(page, "#transcribe-save", tmp_path)
    assert run_code(page).strip().startswith(SPOKEN)


def test_it_listens_live(page: Page, run_code: RunCode, tmp_path: Path) -> None:
    page.click("#listen")
    status(page, "partial", "quick")
    page.wait_for_selector("#turns li:not(.empty)")
    page.click("#listen")
    status(page, "listen-status", "Stopped")
    assert page.locator("#turns li").first.inner_text() == SPOKEN
    save(page, "#listen-file", tmp_path)
    assert f"turn: {SPOKEN}" in run_code(page)


def test_a_refused_microphone_is_a_sentence(make_page: MakePage) -> None:
    page = make_page(microphone=False)
    for button, name in (("#listen", "listen"), ("#clone-record", "clone")):
        page.click(button)
        status(page, f"{name}-status", "may not use the microphone.*choose a file")


def test_frames_are_listed_with_folded_audio_and_filtered(page: Page) -> None:
    page.click("#frames-clear")
    page.click("#speak-button")
    status(page, "speak-status", "First audio after")
    kinds = page.locator("#frames .type").all_inner_texts()
    assert kinds[:2] == ["open /tts/websocket", "speak"]
    assert {"chunk", "timestamps", "done"} <= set(kinds)
    page.fill("#frames-filter", "timestamps")
    page.select_option("#frames-way", "received")
    rows = page.locator("#frames li:visible")
    assert set(rows.locator(".type").all_inner_texts()) == {"timestamps"}
    page.fill("#frames-filter", "chunk")
    rows.first.locator("summary").click()
    body = rows.first.locator("pre").inner_text()
    assert "bytes of audio" in body
    assert len(body) < 500


FAULTS = {
    "drop": ("context", "connection broke without a closing handshake"),
    "close": ("context", "closed with code 1011"),
    "error": ("context", "sent an error"),
    "bad-base64": ("context", "not base64"),
    "extra-fields": ("context", "First audio after"),
    "truncate": ("body", "connection broke in the middle"),
    "no-done": ("sse", "ended without a last one"),
    "status": ("http", "answered 500"),
    "close-after-audio": ("listener", "closed with code 1011"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_shows_what_a_client_gets(
    make_page: MakePage, run_code: RunCode, name: str
) -> None:
    page = make_page(refusals=True)
    status(page, "connection", "Connected")
    where, outcome = FAULTS[name]
    page.select_option("#fault", name)
    page.select_option("#fault-where", where)
    page.click("#fault-try")
    status(page, "fault-outcome", outcome)
    status(page, "fault-status", "No fault is armed")
    assert re.match(r"no error|\w+Error: ", run_code(page))


def test_faults_are_armed_for_other_programs_and_cleared(make_page: MakePage) -> None:
    page = make_page(refusals=True)
    status(page, "connection", "Connected")
    page.click("#fault-arm")
    status(page, "fault-status", "One fault is armed")
    page.click("#fault-clear")
    status(page, "fault-status", "No fault is armed")
    page.select_option("#fault", "status")
    page.fill("#fault-value", "7")
    page.click("#fault-arm")
    status(page, "fault-status", "answered 400.*is not a number 200..599")


def test_without_a_key_it_asks_for_one(make_page: MakePage, emulator: Emulator) -> None:
    page = make_page(key=False)
    status(page, "connection", "Paste the key")
    page.fill("#key", emulator.api_key)
    page.keyboard.press("Enter")
    status(page, "connection", "Connected")
    assert emulator.api_key not in page.url
    page.reload()
    status(page, "connection", "Connected")


def test_the_code_is_copied(page: Page) -> None:
    page.click("#copy")
    status(page, "copy-status", "Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#code").text_content()


def test_it_works_with_the_keyboard_alone(page: Page) -> None:
    """Tab reaches every control with a visible focus, and Enter speaks and interrupts."""
    reached: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        name = page.evaluate("document.activeElement.id || document.activeElement.tagName")
        if name == "BODY":
            break
        assert outline == "solid", name
        reached.append(name)
    controls = page.locator(
        "button:visible:enabled, input:visible:enabled, select:visible:enabled, textarea:visible"
    )
    assert set(controls.evaluate_all("all => all.map(one => one.id)")) <= set(reached)
    page.fill("#text", "one two three four five six seven eight nine ten")
    page.focus("#speak-button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#words .said")
    page.focus("#interrupt")
    page.keyboard.press("Space")
    status(page, "speak-status", "Interrupted after")
    assert page.evaluate("document.activeElement.id") == "speak-button"


def test_every_control_has_a_name(page: Page) -> None:
    nameless = page.evaluate(
        """[...document.querySelectorAll("input, select, textarea, button, audio, ol, canvas")]
        .filter((one) => !one.labels?.length && !one.getAttribute("aria-label")
            && !one.textContent.trim() && one.getAttribute("aria-hidden") !== "true")
        .map((one) => one.outerHTML)"""
    )
    assert nameless == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_needs_no_horizontal_scrolling(make_page: MakePage, scheme: str) -> None:
    """320 pixels wide, which is also 1280 at a zoom of 400 %."""
    page = make_page(viewport={"width": 320, "height": 256}, color_scheme=scheme)
    status(page, "connection", "Connected")
    page.click("#speak-button")
    status(page, "speak-status", "First audio after")
    page.locator("#frames summary").last.click()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    too_wide = page.evaluate(
        """[...document.querySelectorAll("body *")].filter((one) => one.checkVisibility()
        && !one.closest(".skip, .visually-hidden, svg")
        && one.getBoundingClientRect().right > 320.5).map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert too_wide == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(make_page: MakePage, scheme: str) -> None:
    """4.5 to 1 between each ink and each ground, as WCAG 2.2 asks for."""
    page = make_page(color_scheme=scheme)
    ratios = page.evaluate(
        """() => {
          const luminance = (name) => {
            const probe = document.createElement("p");
            probe.style.color = `var(--${name})`;
            document.body.append(probe);
            const parts = getComputedStyle(probe).color.match(/[\\d.]+/g).map(Number);
            probe.remove();
            const [r, g, b] = parts.slice(0, 3).map((part) => part / 255)
              .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const ratio = (one, other) => {
            const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
            return (high + 0.05) / (low + 0.05);
          };
          const found = { "on-accent/accent": ratio("on-accent", "accent") };
          for (const ink of ["ink", "soft", "accent", "bad"])
            for (const ground of ["bg", "card"]) found[`${ink}/${ground}`] = ratio(ink, ground);
          return found;
        }"""
    )
    assert {name: ratio for name, ratio in ratios.items() if ratio < 4.5} == {}
