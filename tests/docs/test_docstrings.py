"""The programs in docstrings of the package are programs."""

import ast
import doctest
import importlib
import pkgutil
import re
import textwrap

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


@pytest.mark.parametrize("name", ["cartesia_stream", *MODULES])
def test_examples_in_docstrings_hold(name: str) -> None:
    module = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0
    for block in CODE.findall(f"{module.__doc__ or ''}\n"):
        if PYTHON.match(block):
            ast.parse(textwrap.dedent(block))


def test_the_package_shows_a_program_first() -> None:
    (program,) = CODE.findall(cartesia_stream.__doc__ or "")
    assert PYTHON.match(program)
