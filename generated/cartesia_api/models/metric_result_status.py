from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

MetricResultStatus: TypeAlias = Literal["completed", "failed"]
"""Whether a metric could be computed."""

METRIC_RESULT_STATUS_VALUES: Final[tuple[MetricResultStatus, ...]] = ("completed", "failed")


def check_metric_result_status(value: object) -> MetricResultStatus:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, METRIC_RESULT_STATUS_VALUES, "MetricResultStatus")
