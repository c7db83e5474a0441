"""Typed access to every operation of the Cartesia v0 API, generated from its OpenAPI document."""

from typing import Final

API_VERSION: Final = "v0"
"""Version of the API that this package was generated for."""
