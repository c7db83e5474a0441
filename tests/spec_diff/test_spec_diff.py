"""The command: what it prints, which version it demands, and what it does without a base."""

from __future__ import annotations

import copy
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tools import documents, spec_diff
from tools.changes import Level
from tools.spec_diff import CannotCompareError, Version

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Project

GATE = "--fail-on-unreleased-breaking"


def drop_tags(document: Any) -> None:
    del document["components"]["schemas"]["Song"]["properties"]["tags"]


def add_key(document: Any) -> None:
    document["components"]["schemas"]["Song"]["properties"]["key"] = {"type": "string"}


def run(project: Project, *arguments: str) -> int:
    return spec_diff.main(list(arguments), project.root)


def test_report(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.edit_document(drop_tags)
    project.edit_document(add_key)
    project.edit_client("models/song.py", "    tags: list[str] | Unset = UNSET\n", "")
    assert run(project, "v0.1.0") == 0
    assert capsys.readouterr().out == (
        "Since v0.1.0, for users of the API and of the generated client:\n"
        "\n"
        "Breaking (2)\n"
        "  Song.tags: is gone\n"
        "  cartesia_api.models.song: Song.tags: is gone\n"
        "\n"
        "Added (1)\n"
        "  Song.key: is new\n"
        "\n"
        "This demands version 0.2.0 or later: v0.1.0 is 0.1.0, now it is 0.1.0.\n"
    )


def test_the_document_of_the_alpha_is_compared_too(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """First it is new; then it changes, with its client, under its own name; at last it is gone."""
    shutil.copytree(project.root / spec_diff.PACKAGE, project.root / spec_diff.PACKAGE_V0)
    shutil.copy(project.root / spec_diff.SPEC, project.root / spec_diff.SPEC_V0)
    assert project.changes() == {("added", spec_diff.SPEC_V0, "is new")}
    project.commit("v0.1.1")
    assert project.changes("v0.1.1") == set()
    song = project.root / spec_diff.PACKAGE_V0 / "models" / "song.py"
    song.write_text(song.read_text().replace("    tags: list[str] | Unset = UNSET\n", ""))
    path = project.root / spec_diff.SPEC_V0
    document = documents.parse(path.read_text())
    drop_tags(document)
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    assert project.changes("v0.1.1") == {
        ("breaking", "v0: Song.tags", "is gone"),
        ("breaking", "v0: cartesia_api_v0.models.song: Song.tags", "is gone"),
    }
    path.unlink()
    assert project.changes("v0.1.1") == {("breaking", spec_diff.SPEC_V0, "is gone")}
    project.git("tag", "-d", "v0.1.1")


def test_nothing_changed(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.write("README.md", "Other files do not matter.")
    assert run(project, "HEAD", GATE) == 0
    assert capsys.readouterr().out == "Nothing changed for users since HEAD.\n"


def test_the_latest_tag_is_the_base(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.edit_document(add_key)
    project.commit()
    assert run(project) == 0
    assert "Since v0.1.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("version", "level", "least"),
    [
        ("0.1.2", Level.BREAKING, "0.2.0"),
        ("0.1.2", Level.ADDED, "0.1.3"),
        ("0.1.2", Level.CHANGED, "0.1.3"),
        ("1.2.3", Level.BREAKING, "2.0.0"),
        ("1.2.3", Level.ADDED, "1.3.0"),
        ("1.2.3", Level.CHANGED, "1.2.4"),
    ],
)
def test_demanded_version(version: str, level: Level, least: str) -> None:
    """Below 1.0 the second number says what the first says from then on."""
    assert str(Version.read(f'__version__ = "{version}"').after(level)) == least


def test_version_of_another_form_is_refused() -> None:
    with pytest.raises(CannotCompareError, match=r"1\.2\.3"):
        Version.read("__version__ = VERSION")


UNRELEASED = "# Changes\n\n## Unreleased\n\n### Removed\n\n- `Song.tags`.\n"
DATED = "# Changes\n\n## [0.2.0] - 2030-01-01\n\n### Changed\n\n- Songs have no tags.\n"
LINE = "# Changes\n\n## Unreleased\n\n- **Removed** `Song.tags`.\n"
ADDED = "# Changes\n\n## 0.2.0\n\n### Added\n\n- Everything.\n"
OLD = "# Changes\n\n## 0.1.0\n\n### Removed\n\n- `Song.tags`.\n"
EMPTY = "# Changes\n\n## 0.2.0\n\n### Removed\n\n## 0.1.0\n\n### Changed\n\n- Everything.\n"
KEPT = "# Changes\n\n## 0.2.0\n\n### Changed\n\n- Everything.\n"


@pytest.mark.parametrize(
    ("version", "notes", "missing"),
    [
        ("0.2.0", UNRELEASED, []),
        ("0.2.0", DATED, []),
        ("0.2.0", LINE, []),
        ("0.3.1", UNRELEASED, []),
        ("1.0.0", UNRELEASED, []),
        ("0.1.0", UNRELEASED, ["version 0.2.0"]),
        ("0.1.9", UNRELEASED, ["version 0.2.0"]),
        ("0.2.0", ADDED, ["CHANGELOG.md"]),
        ("0.2.0", OLD, ["CHANGELOG.md"]),
        ("0.2.0", EMPTY, ["CHANGELOG.md"]),
        ("0.2.0", KEPT, ["CHANGELOG.md"]),
        ("0.2.0", None, ["CHANGELOG.md"]),
        ("0.1.0", None, ["version 0.2.0", "CHANGELOG.md"]),
    ],
)
def test_gate(
    project: Project,
    capsys: pytest.CaptureFixture[str],
    version: str,
    notes: str | None,
    missing: list[str],
) -> None:
    """A breaking change lands with the bump and with a new entry in the change log."""
    project.edit_document(drop_tags)
    project.write(spec_diff.VERSION, f'__version__ = "{version}"\n')
    if notes is None:
        (project.root / spec_diff.CHANGELOG).unlink()
    else:
        project.write(spec_diff.CHANGELOG, notes)
    assert run(project, "v0.1.0", GATE) == (1 if missing else 0)
    sentences = [
        line
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("A breaking change")
    ]
    assert len(sentences) == len(missing)
    for sentence, part in zip(sentences, missing, strict=True):
        assert part in sentence
    assert run(project, "v0.1.0") == 0


def test_gate_lets_additions_pass(project: Project) -> None:
    project.edit_document(add_key)
    assert run(project, "v0.1.0", GATE) == 0


def test_first_release(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """A base without a document has no users."""
    text = (project.root / spec_diff.SPEC).read_text()
    project.git("rm", "-q", spec_diff.SPEC)
    project.commit()
    project.write(spec_diff.SPEC, text)
    assert run(project, "HEAD", GATE) == 0
    assert "everything is new" in capsys.readouterr().out


def drop_operation(document: Any) -> None:
    del document["paths"]["/songs"]["post"]


def rename_tags(document: Any) -> None:
    fields = document["components"]["schemas"]["Song"]["properties"]
    fields["labels"] = fields.pop("tags")


def add_operation(document: Any) -> None:
    late = copy.deepcopy(document["paths"]["/songs"])
    late["get"]["operationId"] = "songs_late"
    del late["post"]
    document["paths"]["/songs/late"] = late


def drop_late_operation(document: Any) -> None:
    del document["paths"]["/songs/late"]


def test_without_tags_the_first_commit_is_the_release(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An operation that is removed and a field that is renamed fail, until the log names them."""
    clone(project, tmp_path / "clone", "--no-tags")
    twin = type(project)(tmp_path / "clone")
    assert run(twin, GATE) == 0
    assert "Nothing changed for users since the first commit of each document" in (
        capsys.readouterr().out
    )
    twin.edit_document(drop_operation)
    twin.edit_document(rename_tags)
    twin.commit()
    assert run(twin) == 0
    capsys.readouterr()
    assert run(twin, GATE) == 1
    lines = capsys.readouterr().out.splitlines()
    demands = [line for line in lines if line.startswith("A breaking change needs an entry")]
    assert {line.rpartition("`: ")[2] for line in demands} == {"POST /songs", "Song.tags"}
    log = "# Changes\n\n## Unreleased\n\n### Removed\n\n- `POST /songs`.\n"
    twin.write(spec_diff.CHANGELOG, log)
    assert run(twin, GATE) == 1
    twin.write(spec_diff.CHANGELOG, f"{log}- `Song.tags` is now `Song.labels`.\n")
    assert run(twin, GATE) == 0


def test_without_tags_later_operations_count_too(project: Project, tmp_path: Path) -> None:
    """One that came after the first commit, and is removed before the next."""
    clone(project, tmp_path / "clone", "--no-tags")
    twin = type(project)(tmp_path / "clone")
    twin.edit_document(add_operation)
    twin.commit()
    assert run(twin, GATE) == 0
    twin.edit_document(drop_late_operation)
    assert run(twin, GATE) == 1


def clone(project: Project, target: Path, *options: str) -> None:
    subprocess.run(
        ["git", "clone", "-q", *options, project.root.as_uri(), str(target)],
        check=True,
        capture_output=True,
    )


def test_missing_base(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    for base in ("v9", "HEAD:spec", "--all"):
        assert run(project, "--", base) == 2
        assert f"there is no commit {base!r} here; look for it" in capsys.readouterr().err


def test_shallow_clone(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says how to get the base, with or without a name for it."""
    for _ in range(2):
        project.commit()
    shallow = tmp_path / "shallow"
    clone(project, shallow, "--depth", "1", "--no-tags")
    assert spec_diff.main(["v0.1.0"], shallow) == 2
    assert "this clone is shallow, so fetch the rest: git fetch --unshallow" in (
        capsys.readouterr().err
    )
    assert spec_diff.main([], shallow) == 0
    assert "nothing was compared: it may lack tags" in capsys.readouterr().out


def test_outside_of_a_repository(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unpacked source distribution has nothing to compare with, and no commit at all."""
    unpacked = tmp_path / "copy"
    shutil.copytree(project.root, unpacked, ignore=shutil.ignore_patterns(".git"))
    assert spec_diff.main([GATE], unpacked) == 0
    assert "no release to compare with" in capsys.readouterr().out
    assert spec_diff.main(["v0.1.0"], unpacked) == 2
    assert "there is no commit 'v0.1.0' here" in capsys.readouterr().err


def test_inside_of_a_repository(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """The project may be a folder of a larger repository."""
    inner = project.root / "inner"
    (project.root / "inner").mkdir()
    for name in ("spec", "generated", "cartesia_stream"):
        shutil.copytree(project.root / name, inner / name)
    project.commit()
    assert spec_diff.main(["HEAD"], inner) == 0
    assert "Nothing changed" in capsys.readouterr().out


def test_broken_document(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.write(spec_diff.SPEC, "a: [")
    assert run(project, "v0.1.0") == 2
    assert "spec/cartesia.yaml is not YAML" in capsys.readouterr().err
    (project.root / spec_diff.SPEC).unlink()
    assert run(project, "v0.1.0") == 2
    assert "there is no spec/cartesia.yaml now" in capsys.readouterr().err


def test_this_project_compares_with_itself() -> None:
    """The real document and client are read in full; a state has no difference from itself."""
    state = spec_diff.Repository(spec_diff.ROOT).now()
    assert spec_diff.changes_between(state, state) == []
