"""Write the states of a context into docs/architecture.md, from the table that the code runs on.

With ``--check`` it only tells whether the page is up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from cartesia_stream._protocol.context import TRANSITIONS, Move, State

PAGE: Final = Path(__file__).parents[1] / "docs" / "architecture.md"
BEGIN: Final = "<!-- states: make diagram -->\n"
END: Final = "<!-- end of states -->\n"


def drawing() -> str:
    """Return the moves of a context that has not ended, as a table: states down, moves across."""
    ended = [
        state for state in State if all(TRANSITIONS.get((state, m), state) is state for m in Move)
    ]
    lines = [
        f"| | {' | '.join(f'`{move.value}`' for move in Move)} |",
        f"| --- | {' | '.join('---' for _ in Move)} |",
    ]
    for before in State:
        if before not in ended:
            cells = (TRANSITIONS.get((before, move)) for move in Move)
            names = " | ".join(after.name if after else "" for after in cells)
            lines.append(f"| **{before.name}** | {names} |".replace("  ", " "))
    return "\n" + "\n".join(lines) + "\n\n"


def redrawn(page: str) -> str:
    """Return the page with the table of today.

    Raises:
        ValueError: If the page has no place for it.
    """
    start = page.index(BEGIN) + len(BEGIN)
    return page[:start] + drawing() + page[page.index(END, start) :]


def main(arguments: list[str]) -> int:
    """Write or check; the exit status is 1 if the page was out of date."""
    page = PAGE.read_text(encoding="utf-8")
    if redrawn(page) == page:
        return 0
    if "--check" in arguments:
        print(f"{PAGE.name} is out of date: run make diagram")
        return 1
    PAGE.write_text(redrawn(page), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
