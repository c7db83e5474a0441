"""The committed package is what the document and the templates make."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tools import generate

if TYPE_CHECKING:
    from pathlib import Path


every_client = pytest.mark.parametrize(
    "client", generate.CLIENTS, ids=lambda client: client.package.name
)


@pytest.mark.slow  # the generator takes seconds; `make drift` does the same
@every_client
def test_committed_package_is_up_to_date(
    client: generate.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same bytes with any seed of hashes; an old file does not survive."""
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    target = tmp_path / client.package.name
    (target / "models").mkdir(parents=True)
    (target / "models" / "stale.py").touch()
    generate.generate(target, spec=client.spec)
    committed, fresh = generate.contents(client.package), generate.contents(target)
    assert list(generate.differences(client, committed, fresh)) == []


@every_client
def test_differences_are_told_apart(client: generate.Client) -> None:
    committed, fresh = {"a": b"1", "b": b"1", "c": b"1"}, {"b": b"2", "c": b"1", "d": b"1"}
    label = f"generated/{client.package.name}"
    assert list(generate.differences(client, committed, fresh)) == [
        f"{label}/a: no longer generated",
        f"{label}/b: differs",
        f"{label}/d: not committed",
    ]


def test_command_line_tells_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--check` writes nothing, names each difference and how to mend it."""

    def fake(target: Path, *, spec: Path) -> None:
        (client,) = (client for client in generate.CLIENTS if client.spec == spec)
        shutil.copytree(client.package, target)
        for name in changed if client is generate.V0 else ():
            (target / name).write_text("changed")

    changed: list[str] = []
    monkeypatch.setattr(generate, "generate", fake)
    assert generate.main(["--check"]) == 0
    assert capsys.readouterr().out == (
        "generated/cartesia_api: nothing changed.\ngenerated/cartesia_api_v0: nothing changed.\n"
    )
    changed.append("models/voice.py")
    monkeypatch.setattr(generate, "upstream_hashes", dict)
    assert generate.main(["--check"]) == 1
    output = capsys.readouterr().out
    assert "generated/cartesia_api: nothing changed.\n" in output
    assert "generated/cartesia_api_v0/models/voice.py: differs\n" in output
    assert "generated/cartesia_api_v0: nothing changed" not in output
    assert "spec/templates/model.py.jinja: the generator's own version changed\n" in output
    assert "make generate" in output
    assert "--accept" in output


def test_stored_hashes_are_those_of_the_generator() -> None:
    stored = generate.stored_hashes(generate.HASHES.read_text())
    assert stored == generate.upstream_hashes()
    assert "endpoint_module.py.jinja" in stored


def test_changed_original_is_reported() -> None:
    upstream = generate.upstream_hashes()
    stored = {**upstream, "model.py.jinja": "0" * 64}
    assert list(generate.changed_templates(stored, upstream)) == [
        "spec/templates/model.py.jinja: the generator's own version changed"
    ]
    del stored["model.py.jinja"]
    assert len(list(generate.changed_templates(stored, upstream))) == 1


@pytest.mark.slow  # the generator takes seconds
def test_warnings_of_the_generator_fail(tmp_path: Path) -> None:
    """A response that the generator cannot read is otherwise left out in silence."""
    text = generate.CURRENT.spec.read_text().replace("audio/*", "audio/flac")
    spec = tmp_path / "spec.yaml"
    spec.write_text(text)
    with pytest.raises(SystemExit, match="the generator failed"):
        generate.generate(tmp_path / "cartesia_api", spec=spec)


def test_writing_touches_only_what_differs(tmp_path: Path) -> None:
    package = tmp_path / "cartesia_api"
    shutil.copytree(generate.CURRENT.package, package)
    fresh = generate.contents(package)
    kept = (package / "__init__.py").stat().st_mtime_ns
    (package / "stale.py").touch()
    (package / "models" / "voice.py").write_text("edited")
    client = generate.Client(generate.CURRENT.spec, package)
    assert list(generate.write(client, fresh)) == [
        "wrote generated/cartesia_api/models/voice.py",
        "removed generated/cartesia_api/stale.py",
    ]
    assert list(generate.write(client, fresh)) == []
    assert generate.contents(package) == fresh
    assert (package / "__init__.py").stat().st_mtime_ns == kept
