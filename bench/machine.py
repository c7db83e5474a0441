"""The machine: its cores, its name, and the memory of a process."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
CERTIFICATES: Final = ROOT / "tests" / "scenarios" / "certificates"
"""A certificate for 127.0.0.1 that signs itself, and its key: for tests alone."""


def cores() -> tuple[int | None, int | None]:
    """A core for the server and another for the client, if there are two to choose from."""
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    found = sorted(os.sched_getaffinity(0))
    return (found[0], found[1]) if len(found) > 1 else (None, None)


def pin(core: int | None) -> None:
    """Run on one core from now on."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def resident_bytes() -> int:
    """Memory of this process that is in use."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def description() -> str:
    """Processor, system and interpreter, in one line."""
    processor = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.partition(":")[2] for line in info.read_text().splitlines() if "model name" in line
        ]
        processor = f"{names[0].strip()} ({platform.machine()})" if names else processor
    return (
        f"{os.cpu_count()} cores, {processor}, {platform.system()} {platform.release()}, "
        f"{platform.python_implementation()} {platform.python_version()}"
    )


def today() -> str:
    """The date."""
    return time.strftime("%Y-%m-%d")
