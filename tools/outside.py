"""Show links that leave the documentation as the name of the file; an extension of Markdown.

The pages link to tests and examples, which a reader of the repository can follow. On the site, such
a link becomes a text that names the file, and the test, when the pointer rests on it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from markdown import Markdown

ROOT: Final = Path(__file__).parents[1]
BEFORE_LINKS_ARE_RESOLVED: Final = 5  # runs after inline patterns (20), before the site's own rules


class OutsideLinks(Treeprocessor):
    """Replace the links of a page that lead to files outside ``docs``."""

    def run(self, root: Element) -> None:
        """Rewrite a page in place."""
        for link in root.iter("a"):
            href = link.get("href", "")
            if href.startswith("docs/"):  # from a page that stands in the root: the changelog
                link.set("href", href.removeprefix("docs/"))
                continue
            path, _, name = href.partition("#")
            file = path.replace("../", "")
            if path.startswith("../") and not (ROOT / "docs" / file).exists():
                link.tag = "span"
                link.attrib.clear()
                link.set("class", "outside")
                link.set("title", f"{file}, {name}" if name else file)


class OutsideExtension(Extension):
    """Register the rule."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  # the name that Markdown calls
        """Add the rule to a parser."""
        md.treeprocessors.register(OutsideLinks(md), "outside", BEFORE_LINKS_ARE_RESOLVED)


def makeExtension(**options: object) -> OutsideExtension:  # noqa: N802  # as above
    """Return the extension, for its name in ``mkdocs.yml``."""
    return OutsideExtension(**options)
