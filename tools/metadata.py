"""Build hook: name the repository in the metadata of a release.

The repository's address is known where a release is built, so it is read from ``REPOSITORY_URL``;
other builds have none.
"""

from __future__ import annotations

import os
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class RepositoryHook(MetadataHookInterface):
    """Adds ``[project.urls]``."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the links to the metadata."""
        url = os.environ.get("REPOSITORY_URL", "").rstrip("/")
        metadata["urls"] = (
            {}
            if not url
            else {
                "Documentation": f"{url}/tree/main/docs",
                "Source": url,
                "Changelog": f"{url}/blob/main/CHANGELOG.md",
                "Issues": f"{url}/issues",
            }
        )
