"""The programs in docstrings of the package are programs."""

import ast
import doctest
import importlib.util
import pkgutil
import re
import textwrap
from pathlib import Path

import pytest

import cartesia_stream

MODULES = [
    name
    for _, name, _ in pkgutil.walk_packages(cartesia_stream.__path__, "cartesia_stream.")
    if not name.endswith("__main__")
]
# A paragraph of a module's docstring that is indented as code and begins like Python.
CODE = re.compile(r"\n\n((?: {4}.*\n|\n)+)")
PYTHON = re.compile(r"    (?:from|import|with|for|match|async) ")


# They import their frameworks, which have environments of their own.
ADAPTERS = {name for name in MODULES if re.search(r"\.integrations\.[a-z]", name)}


@pytest.mark.parametrize("name", sorted({"cartesia_stream", *MODULES} - ADAPTERS))
def test_examples_in_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", ["cartesia_stream", *MODULES])
def test_programs_in_docstrings_are_python(name: str) -> None:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    module = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    text = ast.get_docstring(module, clean=False)
    for block in CODE.findall(f"{text or ''}\n"):
        if PYTHON.match(block):
            ast.parse(textwrap.dedent(block))


def test_the_package_shows_a_program_first() -> None:
    (program,) = CODE.findall(cartesia_stream.__doc__ or "")
    assert PYTHON.match(program)
