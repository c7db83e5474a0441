"""Which files come first, how many examples the tests of properties draw, and which.

The files that take longest come first, so that no process has one left when the others are done.

Each run draws the same ones, so that what passed here passes elsewhere. ``make explore`` draws many
others; one that fails belongs into the test as an ``@example``.
"""

from __future__ import annotations

import gc
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Final

import certifi
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    import pytest

HERE: Final = Path(__file__).parent
LONG: Final = (
    "scenarios/test_listening_recovery.py",
    "spec_diff/test_tutorial.py",
    "docs/test_site.py",
    "docs/test_documents.py",
    "release/test_release.py",
    "scenarios/test_http_deadlines.py",
    "cli/test_listen.py",
    "aio/test_tasks.py",
    "scenarios/test_arguments.py",
    "release/test_systems.py",
    "network/test_proxies.py",
    "release/test_files.py",
    "generated/test_generate.py",
    "rest/test_files.py",
    "scenarios/test_recovery.py",
    "scenarios/test_rate_limits.py",
    "generated/test_lint_spec.py",
    "v0/test_defects.py",
    "text/test_growth.py",
    "emulator/test_pytest_plugin.py",
    "cli/test_streams.py",
    "scenarios/test_leaving.py",
    "cli/test_emulate.py",
    "scenarios/test_gate_waiting.py",
    "emulator/studio/test_real_engines.py",
    "scenarios/test_packed_bodies.py",
    "generated/test_templates.py",
    "emulator/test_faults.py",
    "examples/test_narrate.py",
    "scenarios/test_speak.py",
    "scenarios/test_contexts.py",
    "cli/test_talk.py",
    "http/test_http11_beside_h11.py",
    "typing/test_typing.py",
    "emulator/test_bounds.py",
    "scenarios/test_damage.py",
    "bench/test_smoke.py",
    "examples/test_agent.py",
    "v0/test_frames.py",
    "scenarios/test_connecting.py",
    "emulator/v0/test_faults.py",
    "scenarios/test_listening.py",
    "spec_diff/test_spec_diff.py",
    "emulator/v0/test_real_speech.py",
    "sync/test_threads.py",
    "scenarios/test_faults.py",
    "v0/test_interrupts.py",
    "bench/test_listening.py",
    "docs/test_docstrings.py",
    "network/test_refusals.py",
    "test_rooms.py",
    "network/test_cancelled_connects.py",
    "cli/test_main.py",
)
RANKS: Final = {HERE / name: rank for rank, name in enumerate(LONG)}


def pytest_configure() -> None:
    """Prepare this process."""
    heed_signals()
    trust_one_authority()
    gc.disable()  # until all tests are collected: nothing of what this makes becomes garbage


def heed_signals() -> None:
    """Heed signals, as a process in the background does not; processes of tests inherit this."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            usual = signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL
            signal.signal(number, usual)


def trust_one_authority() -> None:
    """Trust the first authority of `certifi` alone: each client of httpx loads them all anew.

    This takes 30 ms, which is more than most tests.
    """
    certifi.where = lambda: str(HERE / "authority.pem")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long files first, the longest of all at the start; the rest stays as it is."""
    items.sort(key=lambda item: RANKS.get(item.path, len(RANKS)))


def pytest_collection_finish() -> None:
    """Exempt what was loaded so far from garbage collection.

    With the thousands of tests and the modules that they import, each `gc.collect()` of a test
    would take half a second. To collect what is garbage by now would take as long.
    """
    gc.freeze()
    gc.enable()


settings.register_profile(
    "same",
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "explore",
    max_examples=3000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("same")
