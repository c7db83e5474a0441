"""The site has every page and every public name, and its build fails for what does not exist."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import cartesia_stream
from tools import pages

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SETTINGS = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
SHOWN = set(
    re.findall(
        r"^::: ([\w.]+)$",
        "\n".join(path.read_text(encoding="utf-8") for path in DOCS.glob("reference/*.md")),
        re.MULTILINE,
    )
)
PRIVATE = re.compile(r"\bcartesia_\w+(?:\.\w+)*\._[a-z]\w*")


def test_the_navigation_has_every_page_once() -> None:
    """The site generator publishes pages outside the navigation too, where nobody finds them."""
    listed = [page for _, page in pages.navigation()]
    assert sorted(listed) == sorted(
        path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")
    )


def test_pages_that_follow_from_the_code_are_up_to_date() -> None:
    assert pages.main(["--check"]) == 0


def test_the_reference_has_every_public_name() -> None:
    whole = [importlib.import_module(name) for name in SHOWN if name.islower()]
    found = {name.rpartition(".")[2] for name in SHOWN}
    found |= {name for module in whole for name in getattr(module, "__all__", ())}
    assert set(cartesia_stream.__all__) - found == {"__version__"}


def build(folder: Path, nav: str, loaded: str | None = None) -> subprocess.CompletedProcess[str]:
    """Build the site of a folder as `make docs` does."""
    settings = SETTINGS[: SETTINGS.index("nav:")] + nav
    settings = settings.replace("[., generated]", f"[{ROOT}, {ROOT / 'generated'}]")
    settings = settings.replace("[tools/reference.py:", f"[{ROOT}/tools/reference.py:")
    if loaded is not None:
        settings = re.sub(r"(preload_modules: )\[.*\]", rf"\1[{loaded}]", settings)
    file = folder / "mkdocs.yml"
    file.write_text(settings, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict", "--clean", "-f", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )


@pytest.mark.slow  # each loads the whole package for the reference
@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("[page](nowhere.md)", "page does not exist"),
        ("[anchor](other.md#nowhere)", "anchor does not exist"),
        ("[name][cartesia_stream.Nowhere]", "unresolved autoref"),
        ("\n\n::: cartesia_stream.Nowhere\n", "cartesia_stream.Nowhere could not be found"),
        ("[page](other.md) [anchor](other.md#there) [test](../tests/conftest.py#name)", None),
    ],
    ids=["page", "anchor", "name", "object", "good"],
)
def test_the_build_fails_for_a_broken_link(tmp_path: Path, link: str, fault: str | None) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "index.md").write_text(f"# Home\n\nSee {link}.\n", encoding="utf-8")
    (docs / "other.md").write_text("# Other\n\n## There\n", encoding="utf-8")
    done = build(tmp_path, "nav: [index.md, other.md]\n", loaded="")
    if fault is None:
        assert done.returncode == 0, done.stderr
        home = (tmp_path / "build" / "site" / "index.html").read_text(encoding="utf-8")
        assert '<span class="outside" title="tests/conftest.py, name">test</span>' in home
    else:
        assert done.returncode != 0
        assert fault in re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


class Words(HTMLParser):
    """Collect what a reader sees of a page, also under the pointer, and what links can name."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.anchors: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen += [value for name, value in attrs if name in ("title", "alt") and value]
        self.anchors += [value for name, value in attrs if name == "id" and value]

    def handle_data(self, data: str) -> None:
        self.seen.append(data)


@pytest.mark.slow  # builds the whole reference
def test_the_reference_shows_every_public_name_and_no_private_module(tmp_path: Path) -> None:
    shutil.copytree(DOCS, tmp_path / "docs")
    done = build(tmp_path, SETTINGS[SETTINGS.index("nav:") :])
    assert done.returncode == 0, done.stderr
    reference = sorted((tmp_path / "build" / "site" / "reference").rglob("index.html"))
    assert len(reference) == len(list(DOCS.glob("reference/*.md")))
    anchors: set[str] = set()
    for page in reference:
        words = Words()
        words.feed(page.read_text(encoding="utf-8"))
        assert PRIVATE.findall("\n".join(words.seen)) == [], page
        anchors |= {name.rpartition(".")[2] for name in words.anchors}
    assert set(cartesia_stream.__all__) - anchors == {"__version__"}
    (page,) = (page for page in reference if page.parent.name == "speech")
    speech = page.read_text(encoding="utf-8")
    assert "max_buffer_delay_ms" in speech  # the keywords of `**options`
    assert "transports" not in speech  # a parameter of constructors that only the client calls
