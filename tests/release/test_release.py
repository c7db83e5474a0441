"""The way to a release, up to the upload, in a copy of the repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cartesia_stream import __version__

ROOT = Path(__file__).parents[2]
TAG = f"v{__version__}"
NOTES = "### Added\n\n- Speech.\n"
pytestmark = pytest.mark.slow  # copies the repository; one of them builds and installs


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A repository of the present files, ready for a release: dated changelog, commit and tag."""
    folder = tmp_path / "repository"
    for name in git(ROOT, "ls-files").splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    changelog = folder / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8").partition("## [Unreleased]")[0]
    section = f"## [Unreleased]\n\n## [{__version__}] - 2026-12-01\n\n{NOTES}"
    changelog.write_text(text + section, encoding="utf-8")
    git(folder, "init", "-q")
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "-m", "Release")
    git(folder, "tag", "--force", TAG)


def release(folder: Path, *arguments: str, url: str = "https://forge.example/a/b") -> str:
    """Run the tool; return what it prints, both streams together, and its exit status."""
    done = subprocess.run(
        [sys.executable, "tools/release.py", *arguments],
        cwd=folder,
        env=os.environ | {"REPOSITORY_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    return f"{done.stdout}\nexit status {done.returncode}"


@pytest.mark.timeout(700)
def test_every_step_but_the_upload(copy: Path) -> None:
    """The wheel is installed from the index, with the extra that is small."""
    printed = release(copy, TAG, "--extra", "emulator")
    assert "ready to upload" in printed, printed
    assert printed.endswith("exit status 0")
    made = sorted(path.name for path in (copy / "dist").iterdir())
    stem = f"cartesia_stream-{__version__}"
    assert made == ["NOTES.md", f"{stem}-py3-none-any.whl", f"{stem}.tar.gz"]
    assert (copy / "dist" / "NOTES.md").read_text(encoding="utf-8") == NOTES
    assert len(re.findall(r"^[0-9a-f]{64} dist/", printed, re.MULTILINE)) == 2
    assert "dist/ is not empty" in release(copy, TAG)


def test_what_stops_a_release(copy: Path) -> None:
    """Each problem is one line that says what to do; nothing has been built by then."""
    assert f"the tag is v9.9.9, but cartesia_stream/_version.py says {__version__}" in release(
        copy, "v9.9.9"
    )
    assert "REPOSITORY_URL is not set" in release(copy, TAG, url="")
    (copy / "README.md").write_text("changed", encoding="utf-8")
    assert "changes that are not committed" in release(copy, TAG)
    git(copy, "commit", "-q", "-a", "-m", "Change")
    assert f"the tag {TAG} does not name this commit" in release(copy, TAG)
    changelog = copy / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    changelog.write_text(text.replace("\n## [0", "\n- More.\n\n## [0", 1), encoding="utf-8")
    commit(copy)
    assert f"move what is in [Unreleased] to [{__version__}]" in release(copy, TAG)
    changelog.write_text(text.replace(" - 2026-12-01", ""), encoding="utf-8")
    commit(copy)
    stopped = release(copy, TAG)
    assert f"no section [{__version__}] with a date" in stopped
    assert stopped.endswith("exit status 1")
    assert not (copy / "dist").exists()
