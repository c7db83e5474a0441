"""How many examples the tests of properties draw, and which.

Each run draws the same ones, so that what passed here passes elsewhere. ``make explore`` draws many
others; one that fails belongs into the test as an ``@example``.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

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
