"""Both type checkers accept the whole API, and each wrong call is an error to both."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


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


def test_mypy_reads_the_api_and_refuses_misuse() -> None:
    """Mypy, strict: no error in api.py, and none missing in misuse.py."""
    assert mypy(HERE / "api.py", HERE / "misuse.py") == ""


def test_pyright_reads_the_api_and_refuses_misuse() -> None:
    """Pyright, strict, blind to mypy's comments: the same."""
    assert pyright(HERE) == ""


def test_a_lost_diagnosis_is_noticed(tmp_path: Path) -> None:
    """A call that a checker no longer minds fails the tests above."""
    wrong = (HERE / "misuse.py").read_text(encoding="utf-8")
    right = wrong.replace("Timeouts(5)", "Timeouts()")
    assert right != wrong
    changed = tmp_path / "misuse.py"
    changed.write_text(right, encoding="utf-8")
    (tmp_path / "api.py").touch()
    config = (HERE / "pyrightconfig.json").read_text(encoding="utf-8")
    config = config.replace("../..", ROOT.as_posix())
    (tmp_path / "pyrightconfig.json").write_text(config, encoding="utf-8")
    assert "Unused" in mypy(changed)
    assert "Unnecessary" in pyright(tmp_path)
