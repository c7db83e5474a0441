"""Settings of the emulator that make no sense are refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from cartesia_emulator.options import Options


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("realtime", value) for value in (0, -1.0)),
        *(
            (name, -0.1)
            for name in ("latency", "context_expiry_s", "idle_timeout_s", "stt_idle_timeout_s")
        ),
        *(("read_timeout_s", value) for value in (0, -1)),
        *((name, 0) for name in ("chunk_ms", "concurrency", "stt_concurrency", "max_sockets")),
    ],
)
def test_a_setting_out_of_range_is_named(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{name} must "):
        Options(**{name: value})


@pytest.mark.parametrize(
    "settings",
    [
        {"realtime": 0.5, "latency": 0.0, "read_timeout_s": 0.1},
        {"context_expiry_s": 0.0, "idle_timeout_s": 0.0, "stt_idle_timeout_s": 0.0},
        {"chunk_ms": 1, "concurrency": 1, "stt_concurrency": 1, "max_sockets": 1},
    ],
)
def test_the_ends_of_the_ranges_belong_to_them(settings: dict[str, Any]) -> None:
    made = Options(**settings)
    assert {name: getattr(made, name) for name in settings} == settings
