"""Draw the states of a context into docs/architecture.md, from the table that the code runs on.

With ``--check`` it only tells whether the drawing is up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from cartesia_stream._protocol.context import TRANSITIONS, Move, State

PAGE: Final = Path(__file__).parents[1] / "docs" / "architecture.md"
BEGIN: Final = "<!-- states: make diagram -->\n"
END: Final = "<!-- end of states -->\n"


def diagram() -> str:
    """The table as a Mermaid diagram, without the moves that change nothing in an ended context."""
    moves: dict[tuple[State, State], list[Move]] = {}
    ends = [
        state for state in State if all(TRANSITIONS.get((state, m), state) is state for m in Move)
    ]
    for (before, move), after in TRANSITIONS.items():
        if before not in ends:
            moves.setdefault((before, after), []).append(move)
    lines = ["stateDiagram-v2", f"    [*] --> {next(iter(State)).name}"]
    for (before, after), labels in moves.items():
        label = ", ".join(move.value for move in labels)
        lines.append(f"    {before.name} --> {after.name}: {label}")
    lines += [f"    {state.name} --> [*]" for state in ends]
    return "```mermaid\n" + "\n".join(lines) + "\n```\n"


def redrawn(page: str) -> str:
    """The page with the diagram of today.

    Raises:
        ValueError: If the page has no place for it.
    """
    start = page.index(BEGIN) + len(BEGIN)
    return page[:start] + diagram() + page[page.index(END, start) :]


def main(arguments: list[str]) -> int:
    """Draw or check; the exit status is 1 if the drawing was out of date."""
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
