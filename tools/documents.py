"""Parse OpenAPI documents."""

from __future__ import annotations

from typing import Any

import yaml


def parse(text: str) -> Any:  # noqa: ANN401  # as YAML is
    """Parse YAML with libyaml: it does what `yaml.safe_load` does in a tenth of the time."""
    return yaml.load(text, yaml.CSafeLoader)
