"""The files for forges and editors: they parse, and call what exists."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
FRAMEWORKS = ("wyoming", "openai_agents", "livekit", "pipecat")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = set(SETTINGS["project"]["optional-dependencies"])
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


WORKFLOWS = {path.stem: loaded(path) for path in sorted((GITHUB / "workflows").iterdir())}
JOBS = [(name, job) for name, flow in WORKFLOWS.items() for job in flow["jobs"]]
every_job = pytest.mark.parametrize(("workflow", "job"), JOBS)


def commands(workflow: str, job: str) -> list[str]:
    steps = WORKFLOWS[workflow]["jobs"][job]["steps"]
    return [step["run"] for step in steps if "run" in step]


def test_the_workflows_are_those_that_contributors_read_about() -> None:
    assert set(WORKFLOWS) == {"ci", "release"}
    assert "release.yaml" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@every_job
def test_a_job_calls_what_exists(workflow: str, job: str) -> None:
    """The script of CI with one of its steps, or a tool of ours; nothing is said twice."""
    for command in commands(workflow, job):
        scripts = re.findall(r"(?:\.ci|tools)/\w+(?:\.py)?", command)
        assert scripts, command
        assert all((ROOT / script).is_file() for script in scripts)
        for step, extras in re.findall(r"\.ci/run ([a-z-]+)(?: ([a-z,]+))?", command):
            assert step in {*TARGETS, "wheel"}, command
            assert set(filter(None, extras.split(","))) <= EXTRAS


@every_job
def test_a_job_is_bounded_and_may_do_little(workflow: str, job: str) -> None:
    """Only the upload of a release may do more than read; it waits for an approval."""
    settings = WORKFLOWS[workflow]["jobs"][job]
    assert settings["timeout-minutes"] <= 150
    assert WORKFLOWS[workflow]["permissions"] == {"contents": "read"}
    assert ("permissions" in settings) == ((workflow, job) == ("release", "publish"))
    assert settings.get("environment") == ("release" if "permissions" in settings else None)


@every_job
def test_an_action_has_a_version(workflow: str, job: str) -> None:
    uses = [step["uses"] for step in WORKFLOWS[workflow]["jobs"][job]["steps"] if "uses" in step]
    assert all(re.fullmatch(r"[\w-]+/[\w.-]+@(v\d+|release/v1)", name) for name in uses)


def test_the_matrix_has_every_python_that_is_named() -> None:
    prefix = "Programming Language :: Python :: "
    named = [name.removeprefix(prefix) for name in SETTINGS["project"]["classifiers"]]
    matrix = WORKFLOWS["ci"]["jobs"]["wheel"]["strategy"]["matrix"]
    assert matrix["python"] == [name for name in named if re.fullmatch(r"3\.\d+", name)]
    assert {name.partition("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}
    containers = WORKFLOWS["ci"]["jobs"]["container"]["strategy"]["matrix"]
    assert {name.endswith("-arm") for name in containers["os"]} == {True, False}
    assert any("alpine" in name for name in containers["image"])


def test_the_script_of_ci_runs_targets_that_exist() -> None:
    (names,) = re.findall(r"for name in ([a-z_ -]+);", CI)
    others = re.findall(r"^\s*(?:target|make) ([a-z-]+)$", CI, re.MULTILINE)
    called = {*names.split(), *others}
    frameworks = {f"test-{name}" for name in FRAMEWORKS}
    assert called == {
        *("check", "test", "test-slow", "test-lowest", "test-playground", "demo"),
        *frameworks,
    }
    assert called - frameworks <= TARGETS
    assert "tools/try_wheel.py" in CI


def test_only_what_has_passed_is_published() -> None:
    jobs = WORKFLOWS["release"]["jobs"]
    assert commands("release", "build")[0] == ".ci/run"
    assert jobs["publish"]["needs"] == "build"
    assert jobs["publish"]["permissions"] == {
        "contents": "read",
        "id-token": "write",
        "attestations": "write",
    }
    names = [step["uses"].partition("@")[0] for step in jobs["publish"]["steps"]]
    assert "actions/attest-build-provenance" in names
    assert names[-1].endswith("publish")


def test_hooks_run_the_tools_of_make() -> None:
    """They are those of the environment, so their versions cannot differ from `make style`."""
    (repository,) = loaded(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    style = MAKEFILE.partition("\nstyle:")[2].partition("\n\n")[0].replace("$(BIN)", ".venv/bin")
    for hook in repository["hooks"]:
        assert hook["language"] == "system"
        program, *arguments = shlex.split(hook["entry"])
        if program == "make":
            assert set(arguments) <= TARGETS
        else:
            verb = [word for word in arguments if not word.startswith("-")]
            assert "\t" + " ".join([program, *verb]) in style
    assert {hook["id"] for hook in repository["hooks"]} >= {"ruff-check", "ruff-format", "drift"}


def test_the_tools_of_style_are_pinned() -> None:
    dev = SETTINGS["dependency-groups"]["dev"]
    for tool in ("ruff", "codespell"):
        assert any(re.fullmatch(rf"{tool}==[\d.]+", need) for need in dev)


def test_updates_come_from_one_bot() -> None:
    updates = loaded(GITHUB / "dependabot.yml")["updates"]
    assert {update["package-ecosystem"] for update in updates} == {"pip", "github-actions"}
    assert not list(ROOT.glob("renovate*"))


@pytest.mark.parametrize("form", ["bug", "feature"])
def test_issue_forms(form: str) -> None:
    """The fields have ids and labels; the commands that they ask for exist."""
    body = loaded(GITHUB / "ISSUE_TEMPLATE" / f"{form}.yml")["body"]
    ids = [field["id"] for field in body]
    assert len(ids) == len(set(ids)) >= 2
    assert all(field["type"] == "textarea" and field["attributes"]["label"] for field in body)


def test_the_commands_that_bug_reports_ask_for_run(capfd: pytest.CaptureFixture[str]) -> None:
    from cartesia_stream.cli import main

    body = loaded(GITHUB / "ISSUE_TEMPLATE" / "bug.yml")["body"]
    system = next(field for field in body if field["id"] == "system")["attributes"]["value"]
    ours = re.findall(r"^\$ cartesia-stream (.+)$", system, re.MULTILINE)
    assert len(ours) == 2
    for command in ours:
        assert main(shlex.split(command)) == 0
    assert "speaks and hears tones" in capfd.readouterr().out


@pytest.mark.parametrize(
    "name", ["CONTRIBUTING.md", "SECURITY.md", ".github/pull_request_template.md"]
)
def test_pages_for_contributors_name_what_exists(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert (ROOT / target).is_file(), target
    for target in re.findall(r"\bmake ([a-z-]+)", text):
        assert target in TARGETS
    for path in re.findall(r"`((?:tools|docs|tests|cartesia_stream|\.ci)/[\w./-]*)`", text):
        assert (ROOT / path).exists(), path


def test_editors_indent_as_the_tools_do() -> None:
    text = (ROOT / ".editorconfig").read_text(encoding="utf-8")
    python = text.partition("[*.py]")[2].partition("[")[0]
    assert f"max_line_length = {SETTINGS['tool']['ruff']['line-length']}" in python
