"""Show signatures in the API reference as a caller sees them; an extension of Griffe.

It replaces `**options: Unpack[SpeechOptions]` by the keywords of the `TypedDict` with their
descriptions and named constants by their values. It leaves out parameters that no caller passes,
and the modules of names that are not public. The generated resources get the description that
their tag has in the OpenAPI document.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from griffe import (
    Attribute,
    Class,
    Docstring,
    DocstringParameter,
    DocstringSectionAttributes,
    DocstringSectionParameters,
    Expr,
    ExprName,
    ExprSubscript,
    Extension,
    Function,
    Module,
    Parameter,
    ParameterKind,
)

from tools.documents import parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from griffe import GriffeLoader

SPEC: Final = Path(__file__).parents[1] / "spec" / "cartesia.yaml"


class CallersView(Extension):
    """Rewrite the signatures of a package once all of it is loaded."""

    def on_package(self, *, pkg: Module, loader: GriffeLoader, **kwargs: Any) -> None:  # noqa: ANN401
        """Rewrite the functions of a package."""
        public = set(pkg.exports or ())
        if pkg.name == "cartesia_api":
            describe_resources(pkg)
        for member in members(pkg):
            if isinstance(member, Attribute):
                member.value = value_of(member.value, loader)
                shorten(member.annotation, public)
                shorten(member.value, public)
            else:
                self._rewrite(member, loader, public)

    @staticmethod
    def _rewrite(function: Function, loader: GriffeLoader, public: set[Any]) -> None:
        shorten(function.returns, public)
        for parameter in list(function.parameters):
            if (keys := unpacked(parameter, loader)) is not None:
                spread(function, parameter, keys)
            elif parameter.name.startswith("_"):
                del function.parameters[parameter.name]
            else:
                parameter.default = value_of(parameter.default, loader)
                shorten(parameter.annotation, public)


def describe_resources(pkg: Module) -> None:
    """Say what each resource is for, in place of its name alone."""
    for tag in parse(SPEC.read_text(encoding="utf-8"))["tags"]:
        for resource in pkg[f"api.{tag['name']}"].members.values():
            if isinstance(resource, Class):
                resource.docstring = Docstring(tag["description"], parent=resource)


def members(owner: Module | Class) -> Iterator[Attribute | Function]:
    """Yield the attributes and functions of a module, and of all in it."""
    for member in owner.members.values():
        if isinstance(member, Attribute | Function):
            yield member
        elif isinstance(member, Module | Class):
            yield from members(member)


def shorten(annotation: str | Expr | None, public: set[Any]) -> None:
    """Forget where the private names of an annotation come from, so that only the names show."""
    if isinstance(annotation, Expr):
        for name in annotation.iterate(flat=True):
            if (
                isinstance(name, ExprName)
                and name.name not in public
                and "._" in name.canonical_path
            ):
                name.parent = None


def unpacked(parameter: Parameter, loader: GriffeLoader) -> list[DocstringParameter] | None:
    """Return the keys of an `Unpack[...]`, or None for any other parameter."""
    annotation = parameter.annotation
    if not isinstance(annotation, ExprSubscript) or annotation.canonical_name != "Unpack":
        return None
    assert isinstance(annotation.slice, Expr)
    return list(keys_of(annotation.slice.canonical_path, loader))


def keys_of(path: str, loader: GriffeLoader) -> Iterator[DocstringParameter]:
    """Yield the keys of a `TypedDict`, its own first, described by its docstring."""
    owner = loader.modules_collection[path]
    if not isinstance(owner, Class):
        return
    sections = owner.docstring.parse("google") if owner.docstring else []
    about = {
        item.name: item.description
        for section in sections
        if isinstance(section, DocstringSectionAttributes)
        for item in section.value
    }
    for name, key in owner.members.items():
        if isinstance(key, Attribute):
            yield DocstringParameter(
                name, description=about[name], annotation=key.annotation, value="..."
            )
    for base in owner.bases:
        if isinstance(base, Expr) and base.canonical_name != "TypedDict":
            yield from keys_of(base.canonical_path, loader)


def spread(function: Function, parameter: Parameter, keys: list[DocstringParameter]) -> None:
    """Put keywords in the place of one parameter, in the signature and in the docstring."""
    sections = function.docstring.parsed if function.docstring else []  # by the old signature
    del function.parameters[parameter.name]
    for key in keys:
        function.parameters.add(
            Parameter(
                key.name,
                annotation=key.annotation,
                kind=ParameterKind.keyword_only,
                default="...",
            )
        )
    for section in sections:
        if isinstance(section, DocstringSectionParameters):
            section.value[:] = [
                item for item in section.value if item.name.lstrip("*") != parameter.name
            ]
            section.value += keys


def value_of(default: str | Expr | None, loader: GriffeLoader) -> str | Expr | None:
    """Return the number or text of a constant that a default names, else the default."""
    if isinstance(default, ExprName):
        try:
            constant = loader.modules_collection[default.canonical_path]
        except KeyError:
            return default
        if isinstance(constant, Attribute) and constant.value is not None:
            return constant.value
    return default
