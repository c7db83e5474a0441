"""Make and check the files of a release: python tools/release.py v1.2.3.

Does every step up to the upload, which only the release workflow does, and stops at the first
problem. ``REPOSITORY_URL`` must have the address of the repository. CONTRIBUTING.md has the list.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

from packaging.metadata import Metadata
from packaging.version import InvalidVersion, Version

ROOT = Path.cwd()


class ReleaseError(Exception):
    """Why there can be no release."""


def main() -> int:
    """Run the steps; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tag", help="tag of the release, such as v1.2.3")
    parser.add_argument("--extra", default="full", help="extra to try the wheel with")
    args = parser.parse_args()
    try:
        version = version_of(args.tag)
        check_tree(args.tag)
        notes = notes_of(version)
        files = build()
        check_files(files, version)
        print("trying the wheel ...", flush=True)
        wheel = next(file for file in files if file.suffix == ".whl")
        run(sys.executable, "tools/try_wheel.py", str(wheel), "--extra", args.extra)
    except (ReleaseError, subprocess.CalledProcessError) as problem:
        print(f"no release: {problem}", file=sys.stderr)
        return 1
    (ROOT / "dist" / "NOTES.md").write_text(notes, encoding="utf-8")
    for file in files:
        print(hashlib.sha256(file.read_bytes()).hexdigest(), file.relative_to(ROOT))
    print("ready to upload; the notes are in dist/NOTES.md")
    return 0


def version_of(tag: str) -> str:
    """Return the version of the code, which the tag must name."""
    text = (ROOT / "cartesia_stream" / "_version.py").read_text(encoding="utf-8")
    found = re.search(r'__version__ = "(.+)"', text)
    version = found[1] if found else ""
    try:
        Version(version)
    except InvalidVersion as error:
        raise ReleaseError(f"cartesia_stream/_version.py has no version: {error}") from error
    if tag != f"v{version}":
        raise ReleaseError(f"the tag is {tag}, but cartesia_stream/_version.py says {version}")
    return version


def check_tree(tag: str) -> None:
    """Check that the work tree is what the tag names, without changes."""
    if changed := run("git", "status", "--porcelain"):
        raise ReleaseError(f"there are changes that are not committed:\n{changed}")
    if tag not in run("git", "tag", "--points-at", "HEAD").split():
        raise ReleaseError(f"the tag {tag} does not name this commit")


def notes_of(version: str) -> str:
    """Return what the changelog says about the version; nothing may be left for a later one."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    parts: list[tuple[str, str]] = re.findall(r"^## (.+)\n((?:(?!## ).*\n?)*)", text, re.MULTILINE)
    sections = {head: body.strip() for head, body in parts}
    if sections.get("[Unreleased]"):
        raise ReleaseError(f"CHANGELOG.md: move what is in [Unreleased] to [{version}]")
    for head, body in sections.items():
        if re.fullmatch(rf"\[{re.escape(version)}\] - \d{{4}}-\d{{2}}-\d{{2}}", head) and body:
            return body + "\n"
    raise ReleaseError(f"CHANGELOG.md has no section [{version}] with a date and a text")


def build() -> list[Path]:
    """Build the sdist, and the wheel from it; there must be no others in dist/."""
    if not os.environ.get("REPOSITORY_URL"):
        raise ReleaseError("REPOSITORY_URL is not set; the metadata links to it")
    if old := sorted((ROOT / "dist").glob("*")):
        raise ReleaseError(f"dist/ is not empty: {', '.join(file.name for file in old)}")
    print("building ...", flush=True)
    run(sys.executable, "-m", "build", "--outdir", "dist")
    return sorted(ROOT.glob("dist/*.tar.gz")) + sorted(ROOT.glob("dist/*.whl"))


def check_files(files: list[Path], version: str) -> None:
    """Check the names of the files, and the metadata of the wheel."""
    names = {f"cartesia_stream-{version}.tar.gz", f"cartesia_stream-{version}-py3-none-any.whl"}
    if {file.name for file in files} != names:
        raise ReleaseError(f"dist/ has {sorted(file.name for file in files)}, not {sorted(names)}")
    metadata = metadata_of(next(file for file in files if file.suffix == ".whl"))
    missing = {"Documentation", "Source", "Changelog", "Issues"} - set(metadata.project_urls or ())
    if missing:
        raise ReleaseError(f"the metadata has no links to {', '.join(sorted(missing))}")


def metadata_of(wheel: Path) -> Metadata:
    """Read and validate the metadata in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Metadata.from_email(archive.read(name), validate=True)


def run(*command: str) -> str:
    """Run a command in the repository; return what it prints."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
