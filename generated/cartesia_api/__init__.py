"""Typed access to every operation of the Cartesia API, generated from its OpenAPI document."""

from typing import Final

API_VERSION: Final = "2026-08-14"
"""Version of the API that this package was generated for."""
