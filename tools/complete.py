"""Fail if a public symbol of a package is not typed in full, by pyright's report on standard input.

``--without`` leaves out a module whose imports are not installed.
"""

from __future__ import annotations

import argparse
import json
import sys


def main() -> int:
    """Print each symbol whose type is not known, and why; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without")
    arguments = parser.parse_args()
    report = json.load(sys.stdin)["typeCompleteness"]
    symbols = [
        symbol
        for symbol in report["symbols"]
        if symbol["isExported"]
        and not (arguments.without and symbol["name"].startswith(f"{arguments.without}."))
    ]
    if not symbols:
        print("no public symbols; is the package installed?", file=sys.stderr)
        return 1
    unknown = [symbol for symbol in symbols if not symbol["isTypeKnown"]]
    for symbol in unknown:
        print(
            symbol["name"], *(problem["message"] for problem in symbol["diagnostics"]), sep="\n  "
        )
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
