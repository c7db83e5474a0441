"""What is in the files of a release."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.metadata import Metadata

if TYPE_CHECKING:
    from .conftest import Built

ROOT = Path(__file__).parents[2]
PACKAGES = {
    *("cartesia_api", "cartesia_api_v0", "cartesia_emulator", "cartesia_runtime"),
    "cartesia_stream",
}
pytestmark = pytest.mark.slow  # builds both files


def committed() -> set[str]:
    """The files of the repository."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(listed.stdout.splitlines())


def test_the_wheel_holds_every_module_once(built: Built) -> None:
    by_content = defaultdict[bytes, list[str]](list)
    with zipfile.ZipFile(built.wheel) as wheel:
        names = [name for name in wheel.namelist() if ".dist-info/" not in name]
        for name in names:
            # Both documents have operations that are written in the same way.
            if not name.startswith(("cartesia_api/api/", "cartesia_api_v0/api/")):
                by_content[wheel.read(name)].append(name)
    assert len(names) == len(set(names))
    assert {name.partition("/")[0] for name in names} == PACKAGES
    copies = [
        names for content, names in by_content.items() if len(names) > 1 and len(content) > 80
    ]
    assert copies == []


def test_the_wheel_holds_code_marks_of_types_and_the_playground(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as wheel:
        names = wheel.namelist()
    endings = {Path(name).suffix or Path(name).name for name in names if ".dist-info/" not in name}
    assert endings <= {".py", ".typed", ".css", ".html", ".js"}
    pages = {name for name in names if name.endswith((".css", ".html", ".js"))}
    assert {name.rpartition("/")[0] for name in pages} == {"cartesia_emulator/playground"}
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(names)
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_the_sdist_holds_the_repository(built: Built) -> None:
    with tarfile.open(built.sdist) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert committed() - names == set()
    assert names - committed() == {"PKG-INFO"}


def test_tests_of_documents_run_from_the_sdist(built: Built, tmp_path: Path) -> None:
    with tarfile.open(built.sdist) as sdist:
        sdist.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    files = ["tests/docs/test_architecture.py", "tests/docs/test_guarantees.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *files],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_metadata_is_complete(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        known = Metadata.from_email(wheel.read(name), validate=True)
    assert known.author == "cartesia-stream contributors"
    assert known.license_expression == "MIT"
    assert known.description_content_type == "text/markdown"
    assert list(known.project_urls or ()) == ["Documentation", "Source", "Changelog", "Issues"]
    assert (known.project_urls or {})["Source"] == "https://forge.example/group/cartesia-stream"
    classifiers = known.classifiers or []
    assert {f"Programming Language :: Python :: 3.{minor}" for minor in range(11, 15)} <= set(
        classifiers
    )
    assert "Operating System :: OS Independent" in classifiers
    assert "Typing :: Typed" in classifiers
