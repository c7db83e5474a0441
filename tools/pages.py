"""Write the pages of the documentation that follow from the code.

- `docs/reference/models.md` and `resources.md`, and the table of faults in `emulator.md`;
- `docs/llms.txt`, an index of the site for language models;
- with ``--full FILE``, all guides in one text, for the same readers.

With ``--check`` it only tells whether the pages are up to date.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml
from cartesia_api import api, models

from cartesia_emulator import faults

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
SETTINGS: Final = ROOT / "mkdocs.yml"
NOTICE: Final = "<!-- written by tools/pages.py -->\n"


def navigation() -> Iterator[tuple[str, str]]:
    """Yield the section and the file of each page, in the order of the navigation."""
    # The settings name Python objects with tags that only the site's own reader knows.
    text = re.sub(r"!!python/\S+", "", SETTINGS.read_text(encoding="utf-8"))
    for entry in yaml.safe_load(text)["nav"]:
        ((section, target),) = entry.items()
        pages = [target] if isinstance(target, str) else target
        for page in pages:
            yield section, page if isinstance(page, str) else next(iter(page.values()))


def heading(page: str) -> tuple[str, str]:
    """Return the title and the first sentence of a page."""
    text = (DOCS / page).read_text(encoding="utf-8").removeprefix(NOTICE)
    title, _, rest = text.removeprefix("# ").partition("\n")
    paragraphs = (" ".join(part.split()) for part in rest.split("\n\n"))
    prose = (part for part in paragraphs if re.match(r"[A-Z`*\[]", part))
    plain = re.sub(r"\[([^]]+)\](\([^)]*\)|\[[^]]*\])", r"\1", next(prose, ""))
    return title, re.split(r"(?<=[.:])\s", plain)[0].replace("**", "").rstrip(".:")


def index() -> str:
    """Return `llms.txt`: see https://llmstxt.org."""
    settings = SETTINGS.read_text(encoding="utf-8")
    about = re.findall(r"^site_description: (.+)$", settings, re.MULTILINE)[0]
    lines = ["# cartesia-stream", "", f"> {about}"]
    last = None
    for section, page in navigation():
        if page == "changelog.md":
            continue
        if section != last:
            lines += ["", f"## {section}", ""]
            last = section
        title, sentence = heading(page)
        address = "./" if page == "index.md" else page.removesuffix("index.md").removesuffix(".md")
        lines.append(f"- [{title}]({address.rstrip('/')}/): {sentence}.".replace(": .", ""))
    return "\n".join(lines) + "\n"


def full() -> str:
    """Return `llms-full.txt`: every page that a person wrote."""
    pages = (page for _, page in navigation())
    guides = (page for page in pages if not page.startswith(("reference/", "changelog")))
    return "\n\n".join((DOCS / page).read_text(encoding="utf-8").strip() for page in guides) + "\n"


def model_page() -> str:
    """Return the page of `cartesia_stream.models`."""
    lines = [
        "# Models",
        "",
        "The data that the service sends and accepts. Import each from `cartesia_stream.models`.",
        "A field that the service left out is `UNSET`; a field that this version does not know is",
        'in `model["field"]`. `to_dict()` returns a dictionary.',
    ]
    for name in sorted(models.__all__):
        lines += ["", f"::: cartesia_api.models.{name}", "    options: {members: false}"]
    return NOTICE + "\n".join(lines) + "\n"


def resource_page() -> str:
    """Return the page of the calls that are generated from the OpenAPI document."""
    lines = [
        "# Resources",
        "",
        "The calls of the API. `Cartesia` has the classes of this page, and `AsyncCartesia` has",
        "classes with the same methods, which you await. [Speech](speech.md) and",
        "[Listening](listening.md) have pages of their own.",
    ]
    folder = ROOT / "generated" / "cartesia_api" / "api"
    for name in vars(api.Resources):
        if not name.startswith("_") and name not in ("tts", "stt", "voice_changer"):
            lines += resource(name, f"client.{name}")
            for inner in sorted(folder.glob(f"{name}_*/__init__.py")):
                lines += resource(
                    inner.parent.name, f"client.{inner.parent.name.replace('_', '.')}"
                )
    return NOTICE + "\n".join(lines) + "\n"


def resource(module: str, title: str) -> list[str]:
    """Return the lines of one resource."""
    name = "".join(word.capitalize() for word in module.split("_"))
    return [
        "",
        f"## {title}",
        "",
        f"::: cartesia_api.api.{module}.{name}",
        "    options: {show_root_heading: false, show_root_toc_entry: false, heading_level: 3}",
    ]


def fault_table() -> str:
    """Return the faults as a table, from the docstring of `cartesia_emulator.faults`."""
    _, head, body, _ = re.split(r"^=+  =+  =+\n", faults.__doc__ or "", flags=re.MULTILINE)
    columns = [head.index("where"), head.index("what")]
    rows: list[list[str]] = []
    for line in body.splitlines():
        cells = [line[: columns[0]], line[columns[0] : columns[1]], line[columns[1] :]]
        cells = [cell.strip().replace("``", "`") for cell in cells]
        if cells[0]:
            rows.append(cells)
        else:
            rows[-1][2] += f" {cells[2]}"
    lines = ["| Fault | Where | What happens |", "| --- | --- | --- |"]
    lines += [f"| `{name}` | {where} | {what} |" for name, where, what in rows]
    return "\n".join(lines) + "\n"


def with_faults(page: str) -> str:
    """Return the page of the emulator with the table of today."""
    before, start, rest = page.partition("<!-- faults: make generate -->\n")
    _, end, after = rest.partition("<!-- end of faults -->\n")
    assert start
    assert end
    return f"{before}{start}\n{fault_table()}\n{end}{after}"


def main(arguments: list[str]) -> int:
    """Write or check; the exit status is 1 if a page was out of date."""
    if arguments[:1] == ["--full"]:
        Path(arguments[1]).write_text(full(), encoding="utf-8")
        return 0
    reference = DOCS / "reference"
    emulator = reference / "emulator.md"
    pages = {
        reference / "models.md": model_page(),
        reference / "resources.md": resource_page(),
        emulator: with_faults(emulator.read_text(encoding="utf-8")),
    }
    stale = list(written(pages, check="--check" in arguments))
    stale += written({DOCS / "llms.txt": index()}, check="--check" in arguments)  # of those pages
    for path in stale:
        print(f"{path.relative_to(ROOT)} is out of date: run make generate")
    return int("--check" in arguments and bool(stale))


def written(pages: dict[Path, str], *, check: bool) -> Iterator[Path]:
    """Write the pages that have changed, unless this is a check, and yield their paths."""
    for path, text in pages.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            if not check:
                path.write_text(text, encoding="utf-8")
            yield path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
