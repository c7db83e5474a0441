"""Generate the typed clients from the OpenAPI documents, or check that they are up to date.

    python tools/generate.py           write the packages in generated/
    python tools/generate.py --check   change nothing, exit 1 if the committed code differs
    python tools/generate.py --accept  store the hashes of the generator's own templates

Our templates shadow those of the generator. The hashes of the originals are stored: a new release
may hand its templates other variables. When one changes, ours must be read against it again.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import sysconfig
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / "spec" / "generator.yaml"
TEMPLATES = ROOT / "spec" / "templates"
HASHES = TEMPLATES / "UPSTREAM.sha256"
# The generator writes these for every document; ours import `cartesia_runtime` in their place.
UNUSED: Final = ("client.py", "errors.py", "types.py")


class Client(NamedTuple):
    """A document, and the package that is generated from it."""

    spec: Path
    package: Path

    @property
    def label(self) -> str:
        """The package, as messages name it."""
        return f"generated/{self.package.name}"


CURRENT: Final = Client(ROOT / "spec" / "cartesia.yaml", ROOT / "generated" / "cartesia_api")
V0: Final = Client(ROOT / "spec" / "cartesia-v0.yaml", ROOT / "generated" / "cartesia_api_v0")
CLIENTS: Final = (CURRENT, V0)


def generate(target: Path, *, spec: Path = CURRENT.spec) -> None:
    """Write the package to a folder. Warnings fail: what they are about would be left out."""
    # The hooks look for the pinned ruff on the path.
    scripts = sysconfig.get_path("scripts")
    environment = {**os.environ, "PATH": os.pathsep.join([scripts, os.environ.get("PATH", "")])}
    command = [
        str(Path(scripts) / "openapi-python-client"), "generate",
        "--path", str(spec), "--config", str(CONFIG), "--custom-template-path", str(TEMPLATES),
        "--meta", "none", "--output-path", str(target), "--overwrite", "--fail-on-warning",
    ]  # fmt: skip
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the generator failed:\n{done.stdout}{done.stderr}")
    for name in UNUSED:
        (target / name).unlink()


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a package by relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def differences(
    client: Client, committed: dict[str, bytes], fresh: dict[str, bytes]
) -> Iterator[str]:
    """Yield a line for each file that differs."""
    for name in sorted(committed.keys() | fresh.keys()):
        if name not in fresh:
            yield f"{client.label}/{name}: no longer generated"
        elif name not in committed:
            yield f"{client.label}/{name}: not committed"
        elif committed[name] != fresh[name]:
            yield f"{client.label}/{name}: differs"


def upstream_hashes() -> dict[str, str]:
    """Return the hash of each template of the generator that one of ours shadows."""
    packaged = files("openapi_python_client") / "templates"
    return {
        path.name: hashlib.sha256((packaged / path.name).read_bytes()).hexdigest()
        for path in sorted(TEMPLATES.glob("*.jinja"))
        if (packaged / path.name).is_file()
    }


def stored_hashes(text: str) -> dict[str, str]:
    """Read hashes in the format of sha256sum."""
    pairs = (line.split() for line in text.splitlines())
    return {name: digest for digest, name in pairs}


def changed_templates(stored: dict[str, str], upstream: dict[str, str]) -> Iterator[str]:
    """Yield a line for each template whose original is not the one that ours replaces."""
    for name in sorted(stored.keys() | upstream.keys()):
        if stored.get(name) != upstream.get(name):
            yield f"spec/templates/{name}: the generator's own version changed"


def write(client: Client, fresh: dict[str, bytes]) -> Iterator[str]:
    """Bring a committed package up to date, and yield a line for each file that is touched."""
    committed = contents(client.package)
    for name in sorted(committed.keys() | fresh.keys()):
        path, data = client.package / name, fresh.get(name)
        if data is None:
            path.unlink()
            yield f"removed {client.label}/{name}"
        elif committed.get(name) != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            yield f"wrote {client.label}/{name}"


def update(client: Client, *, check: bool) -> list[str]:
    """Return what differs in a package if it is only to be checked; else write it, and say what."""
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / client.package.name
        generate(target, spec=client.spec)
        fresh = contents(target)
    if check:
        return list(differences(client, contents(client.package), fresh))
    return list(write(client, fresh))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing, report differences")
    parser.add_argument("--accept", action="store_true", help="store the hashes of the originals")
    options = parser.parse_args(arguments)

    if options.accept:
        lines = (f"{digest}  {name}\n" for name, digest in upstream_hashes().items())
        HASHES.write_text("".join(lines))
    changed = list(changed_templates(stored_hashes(HASHES.read_text()), upstream_hashes()))
    print(*changed, sep="\n", end="\n" if changed else "")
    if changed:
        print("Read ours against the new originals, then run: python tools/generate.py --accept")

    outdated = False
    for client in CLIENTS:
        touched = update(client, check=options.check)
        outdated |= options.check and bool(touched)
        print(*touched or [f"{client.label}: nothing changed."], sep="\n")
    if outdated:
        print("Run `make generate` and commit the result. Never edit generated files by hand.")
    return 1 if changed or outdated else 0


if __name__ == "__main__":
    sys.exit(main())
