"""Which files come first, how many examples the tests of properties draw, and which.

The files that take longest come first, so that no process has one left when the others are done.

Each run draws the same ones, so that what passed here passes elsewhere. ``make explore`` draws many
others; one that fails belongs into the test as an ``@example``.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Final

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    import pytest

LONG: Final = (
    "docs/test_documents.py",
    "typing/test_typing.py",
    "generated/test_templates.py",
    "cli/test_emulate.py",
    "generated/test_generate.py",
    "test_forks.py",
    "core/test_http11_beside_h11.py",
    "conformance/test_alpha_client.py",
    "conformance/test_official_sdk.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long files first; the rest stays as it is."""
    items.sort(key=lambda item: not item.path.as_posix().endswith(LONG))


def pytest_collection_finish() -> None:
    """Exempt what was loaded so far from garbage collection.

    With the thousands of tests and the modules that they import, each `gc.collect()` of a test
    would take half a second.
    """
    gc.collect()
    gc.freeze()


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
