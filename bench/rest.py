"""What a client costs before it speaks: import, memory, and reading a page of voices.

Each figure is taken in processes of their own, ours and the official SDK's in turn, and the ratio
is the median of the pairs: machines are noisy, and a pair meets the same noise.

    make bench-rest
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
OURS: Final = ROOT / ".venv/bin/python"
OFFICIAL: Final = ROOT / ".venv-conformance/bin/python"

# Runs in either environment; prints one JSON object.
READY: Final = """
import json, resource, sys, time

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.perf_counter()
from {package} import Cartesia
client = Cartesia(api_key="sk_car_bench")
took = time.perf_counter() - began
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps({{"ready_ms": took * 1e3, "memory_mb": memory / 1024}}))
"""

PAGE: Final = """
import json, time
import httpx
from {package} import Cartesia

voices = [{{
    "id": f"{{n:08d}}-0000-4000-8000-000000000000", "name": f"Voice {{n}}", "tagline": "Calm",
    "description": "A calm voice for long texts.", "language": "en", "created_at":
    "2026-08-14T00:00:00Z", "is_owner": False, "access": "public", "visibility": "all",
    "locales": [{{"locale": "en-US", "is_native": True}}], "gender": "feminine",
    "accent": "general-american", "country": "US",
}} for n in range(100)]
body = json.dumps({{"data": voices, "has_more": False, "next_page": None}}).encode()

def answer(request):
    return httpx.Response(200, content=body, headers={{"content-type": "application/json"}})

http = httpx.Client(transport=httpx.MockTransport(answer))
client = Cartesia(api_key="sk_car_bench", http_client=http)

def page():
    found = list(client.voices.list(limit=100).data)
    assert len(found) == 100 and found[99].name == "Voice 99"

def cpu(call, times):
    call()
    began = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - began) / times * 1e3

print(json.dumps({{"page_ms": cpu(page, {times})}}))
"""

ROWS: Final = (
    ("ready_ms", "import and a client ready, ms", 1 / 3),
    ("memory_mb", "memory that this adds, MB", 1 / 2),
    ("page_ms", "a page of 100 voices, ms of CPU", 1 / 8),
)


def run(python: Path, program: str) -> dict[str, float]:
    """The figures that a program prints."""
    done = subprocess.run(
        [python, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def programs(package: str) -> tuple[str, str]:
    """The two measurements for one package."""
    times = 200 if package == "cartesia_stream" else 30
    return READY.format(package=package), PAGE.format(package=package, times=times)


def main() -> int:
    """Measure in turn and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=int, default=9, help="how often each is measured")
    options = parser.parse_args()
    samples: dict[str, list[tuple[float, float]]] = {}
    for _ in range(options.pairs):
        for ours, official in zip(programs("cartesia_stream"), programs("cartesia"), strict=True):
            mine, theirs = run(OURS, ours), run(OFFICIAL, official)
            for name, value in mine.items():
                samples.setdefault(name, []).append((value, theirs[name]))
    print(f"Python {sys.version.split()[0]}, {options.pairs} pairs, medians\n")
    print("| what | ours | official | ratio | at most |\n|---|---:|---:|---:|---:|")
    for name, label, bound in ROWS:
        pairs = samples[name]
        mine, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"| {label} | {mine:.2f} | {theirs:.2f} | {ratio:.3f} | {bound:.3f} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
