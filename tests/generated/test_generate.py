"""The committed package is what the document and the templates make."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tools import generate

if TYPE_CHECKING:
    from pathlib import Path


def test_committed_package_is_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes with any seed of hashes; an old file does not survive."""
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    target = tmp_path / "cartesia_api"
    (target / "models").mkdir(parents=True)
    (target / "models" / "stale.py").touch()
    generate.generate(target)
    assert (
        list(generate.differences(generate.contents(generate.PACKAGE), generate.contents(target)))
        == []
    )


def test_differences_are_told_apart() -> None:
    committed, fresh = {"a": b"1", "b": b"1", "c": b"1"}, {"b": b"2", "c": b"1", "d": b"1"}
    assert list(generate.differences(committed, fresh)) == [
        "generated/cartesia_api/a: no longer generated",
        "generated/cartesia_api/b: differs",
        "generated/cartesia_api/d: not committed",
    ]


def test_command_line_tells_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--check` writes nothing, names each difference and how to mend it."""

    def fake(target: Path, *, spec: Path = generate.SPEC) -> None:
        shutil.copytree(generate.PACKAGE, target)
        for name in changed:
            (target / name).write_text("changed")

    changed: list[str] = []
    monkeypatch.setattr(generate, "generate", fake)
    assert generate.main(["--check"]) == 0
    assert capsys.readouterr().out == "generated/cartesia_api is up to date.\n"
    changed.append("types.py")
    monkeypatch.setattr(generate, "upstream_hashes", dict)
    assert generate.main(["--check"]) == 1
    output = capsys.readouterr().out
    assert "generated/cartesia_api/types.py: differs\n" in output
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


def test_warnings_of_the_generator_fail(tmp_path: Path) -> None:
    """A response that the generator cannot read is otherwise left out in silence."""
    text = generate.SPEC.read_text().replace("audio/*", "audio/flac")
    spec = tmp_path / "spec.yaml"
    spec.write_text(text)
    with pytest.raises(SystemExit, match="the generator failed"):
        generate.generate(tmp_path / "cartesia_api", spec=spec)


def test_writing_touches_only_what_differs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "cartesia_api"
    shutil.copytree(generate.PACKAGE, package)
    monkeypatch.setattr(generate, "PACKAGE", package)
    fresh = generate.contents(package)
    kept = (package / "client.py").stat().st_mtime_ns
    (package / "stale.py").touch()
    (package / "types.py").write_text("edited")
    generate.write(fresh)
    assert generate.contents(package) == fresh
    assert (package / "client.py").stat().st_mtime_ns == kept
