"""Find a Chromium on this machine, for the tests and pictures of the playground.

``python -m tools.chromium`` prints its path, or says how to install one and exits with 1.
"""

from __future__ import annotations

import os
import shutil
import sys

NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
MISSING = (
    "There is no Chromium on this machine. Install one (Debian: apt-get install chromium), "
    "or name its program in the variable CHROMIUM."
)


def find() -> str | None:
    """Return the path of a Chromium, or None."""
    named = os.environ.get("CHROMIUM")
    return next(filter(None, map(shutil.which, [named] if named else NAMES)), None)


if __name__ == "__main__":
    sys.exit(MISSING) if (path := find()) is None else print(path)
