"""Both type checkers accept the whole API, and each wrong call is an error to both."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from cartesia_api.api import Resources
from cartesia_runtime.resources import resource

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


slow = pytest.mark.slow  # the checkers read every module of the project and of what it needs


def check(*command: str) -> str:
    """The complaints of a checker, none if it is content."""
    run = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return "" if run.returncode == 0 else run.stdout + run.stderr


def mypy(*files: Path) -> str:
    return check("mypy", *map(str, files))


def pyright(folder: Path) -> str:
    return check("pyright", "--project", str(folder), "--pythonpath", sys.executable)


@slow
def test_mypy_reads_the_api_and_refuses_misuse() -> None:
    """Mypy, strict: no error in what is right, and none missing in what is misuse."""
    files = ("api.py", "operations.py", "misuse.py", "v0.py")
    assert mypy(*[HERE / name for name in files]) == ""


@slow
def test_pyright_reads_the_api_and_refuses_misuse() -> None:
    """Pyright, strict, blind to mypy's comments: the same."""
    assert pyright(HERE) == ""


def calls_of(of: type, path: str) -> set[str]:
    """What is called on a resource and on the resources inside it."""
    found: set[str] = set()
    for name, member in vars(of).items():
        if name.startswith("_"):
            continue
        if isinstance(member, resource):
            inner = f"{path}.{name}"
            tag = inner.removeprefix("client.").replace(".", "_")
            kind = member.func.__annotations__["return"]
            found |= calls_of(getattr(import_module(f"cartesia_api.api.{tag}"), kind), inner)
        else:
            found.add(f"{path}.{name}(")
    return found


def test_operations_are_complete() -> None:
    """Both faces call every operation of the document."""
    used = (HERE / "operations.py").read_text(encoding="utf-8").replace("\n", "").replace(" ", "")
    for face in used.split("def")[1:]:
        missing = {call for call in calls_of(Resources, "client") if call not in face}
        # text to speech has handwritten methods; api.py uses them
        assert missing <= {"client.tts.generate(", "client.tts.generate_sse("}


@slow
def test_a_lost_diagnosis_is_noticed(tmp_path: Path) -> None:
    """A call that a checker no longer minds fails the tests above."""
    wrong = (HERE / "misuse.py").read_text(encoding="utf-8")
    right = wrong.replace("Timeouts(5)", "Timeouts()")
    assert right != wrong
    changed = tmp_path / "misuse.py"
    changed.write_text(right, encoding="utf-8")
    (tmp_path / "api.py").touch()
    (tmp_path / "operations.py").touch()
    config = (HERE / "pyrightconfig.json").read_text(encoding="utf-8")
    config = config.replace("../..", ROOT.as_posix())
    (tmp_path / "pyrightconfig.json").write_text(config, encoding="utf-8")
    assert "Unused" in mypy(changed)
    assert "Unnecessary" in pyright(tmp_path)
