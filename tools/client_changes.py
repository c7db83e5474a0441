"""Tell what changed for users between two states of the generated client, from its source alone.

The names without an underscore are its interface: functions with their arguments, classes with
their fields and properties, constants, aliases. An argument may take more than it did and a result
may be less, not the other way round. A model is an argument where requests hold it and a result
where answers do. Nothing is imported, so any old state can be read.
"""

from __future__ import annotations

import ast
import functools
import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

from tools.changes import Change, Level, Log, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tools.document_changes import Uses

# Containers that are read only, so that a narrower item is a narrower container.
COVARIANT: Final = re.compile(
    r"(?P<container>(Abstract(Async)?ContextManager|(Async)?Iterator|Sequence))\[(?P<item>.*)\]"
)
ANYTHING: Final = frozenset({"Any", "object"})
WRAPPERS: Final = {
    "contextmanager": "AbstractContextManager",
    "asynccontextmanager": "AbstractAsyncContextManager",
}
# Lists the same names as the modules beside it.
MODELS_INDEX: Final = "models/__init__.py"

Types: TypeAlias = frozenset[str]


@dataclass(frozen=True)
class Argument:
    """An argument of a function, or a field of a class."""

    types: Types
    has_default: bool
    is_positional: bool = False


@dataclass(frozen=True)
class Function:
    """A function or a method."""

    arguments: Mapping[str, Argument]
    returns: Types
    is_async: bool


@dataclass(frozen=True)
class Class:
    """A class, with its members by name."""

    bases: Types
    members: Mapping[str, Symbol]


@dataclass(frozen=True)
class Constant:
    """A name of the module. Only the values of an alias are known."""

    values: Types = frozenset()


Symbol: TypeAlias = Argument | Function | Class | Constant


@dataclass
class Package:
    """The interface of a package.

    Attributes:
        modules: Symbols by the name of their module.
        text_aliases: Names of the enumerations of text.
    """

    modules: dict[str, dict[str, Symbol]] = field(default_factory=dict)
    text_aliases: set[str] = field(default_factory=set)


def types_of(node: ast.expr | None) -> Types:
    """Return the members of a union, each value of a `Literal` by itself."""
    match node:
        case None:
            return frozenset({"Any"})
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return types_of(left) | types_of(right)
        case ast.Subscript(value=ast.Name(id="Literal"), slice=values):
            each = values.elts if isinstance(values, ast.Tuple) else [values]
            return frozenset(f"Literal[{ast.unparse(value)}]" for value in each)
    return frozenset({ast.unparse(node).replace("builtins.", "")})


def read_function(node: ast.FunctionDef | ast.AsyncFunctionDef, *, is_method: bool) -> Function:
    """Read a function. One that makes a context manager is read as one that returns it."""
    asked = node.args
    positional = asked.posonlyargs + asked.args
    defaults = [None] * (len(positional) - len(asked.defaults)) + asked.defaults
    arguments = {
        argument.arg: Argument(
            types_of(argument.annotation), default is not None, is_positional=True
        )
        for argument, default in zip(positional, defaults, strict=True)
    }
    if is_method and positional:
        del arguments[positional[0].arg]
    for argument, default in zip(asked.kwonlyargs, asked.kw_defaults, strict=True):
        arguments[argument.arg] = Argument(types_of(argument.annotation), default is not None)
    returns = types_of(node.returns)
    wrapper = next((WRAPPERS[name] for name in decorators(node) if name in WRAPPERS), None)
    if wrapper:
        yielded = ast.unparse(node.returns).partition("[")[2] if node.returns else "Any]"
        returns = frozenset({f"{wrapper}[{yielded}"})
    return Function(arguments, returns, isinstance(node, ast.AsyncFunctionDef) and not wrapper)


def decorators(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Return the names of the decorators of a function."""
    return {ast.unparse(decorator) for decorator in node.decorator_list}


def has_default(value: ast.expr | None) -> bool:
    """Tell whether the right side of a field is, or has, a default."""
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "field":
        return bool({"default", "factory"} & {keyword.arg for keyword in value.keywords})
    return value is not None


def read_class(node: ast.ClassDef) -> Class:
    """Read a class. A property counts as a field that is never left out."""
    members: dict[str, Symbol] = {}
    total = not any(ast.unparse(keyword) == "total=False" for keyword in node.keywords)
    for child in node.body:
        match child:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if is_public(child.name):
                if decorators(child) & {"property", "cached_property", "resource"}:
                    members[child.name] = Argument(types_of(child.returns), has_default=True)
                else:
                    members[child.name] = read_function(child, is_method=True)
            case ast.FunctionDef(name="__init__"):
                members["__init__"] = read_function(child, is_method=True)
            case ast.AnnAssign(target=ast.Name(id=name), annotation=kind) if is_public(name):
                if not ast.unparse(kind).startswith("ClassVar"):
                    optional = has_default(child.value) or not total
                    members[name] = Argument(types_of(kind), optional)
    return Class(frozenset(map(ast.unparse, node.bases)), members)


def is_public(name: str) -> bool:
    """Tell whether a name is part of the interface."""
    return not name.startswith("_")


@functools.cache
def read_module(source: str) -> dict[str, Symbol]:
    """Read the public names of a module; cached, as most modules are the same in both states."""
    return dict(public_names(ast.parse(source)))


def public_names(tree: ast.Module) -> Iterator[tuple[str, Symbol]]:
    """Yield the public names of a module."""
    for node in tree.body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if is_public(node.name):
                yield node.name, read_function(node, is_method=False)
            case ast.ClassDef() if is_public(node.name):
                yield node.name, read_class(node)
            case ast.AnnAssign(target=ast.Name(id=name)) if is_public(name):
                is_alias = ast.unparse(node.annotation) == "TypeAlias"
                yield name, Constant(types_of(node.value) if is_alias else frozenset())
            case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List() | ast.Tuple()):
                for exported in ast.literal_eval(node.value):
                    yield f"__all__: {exported}", Constant()


def read_package(sources: Mapping[str, str]) -> Package:
    """Read the sources of a package, by the path in it."""
    package = Package()
    for path, source in sources.items():
        if path.endswith(".py") and path != MODELS_INDEX:
            name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            package.modules[name] = read_module(source)
    for symbols in package.modules.values():
        for name, symbol in symbols.items():
            if isinstance(symbol, Constant) and any(
                v.startswith("Literal['") for v in symbol.values
            ):
                package.text_aliases.add(name)
    return package


class ClientDiff:
    """Compares two states of a package."""

    def __init__(self, old: Package, new: Package, uses: Uses) -> None:
        self.old = old
        self.new = new
        self.uses = uses
        self.log = Log()
        self._text = old.text_aliases | new.text_aliases | {"str"}

    def changes(self) -> list[Change]:
        """Return what changed, the same change of several names of a module in one line."""
        for name in sorted(self.old.modules.keys() - self.new.modules.keys()):
            self.log.add(Level.BREAKING, name, "the module is gone")
        for name, symbols in self.new.modules.items():
            if name in self.old.modules:
                self._members(self.old.modules[name], symbols, f"{name}:")
            else:
                self.log.add(Level.ADDED, name, "a new module")
        return list(grouped(self.log.changes()))

    def _members(
        self, old: Mapping[str, Symbol], new: Mapping[str, Symbol], place: str, owner: str = ""
    ) -> None:
        for name in sorted(old.keys() - new.keys()):
            self.log.add(Level.BREAKING, place + name, "is gone")
        for name, symbol in new.items():
            if name not in old:
                self._new_member(symbol, place + name, owner)
                continue
            match old[name], symbol:
                case Function() as was, Function() as is_:
                    self._function(was, is_, place + name)
                case Class() as was, Class() as is_:
                    for base in sorted(was.bases - is_.bases):
                        self.log.add(Level.BREAKING, place + name, f"is no longer a `{base}`")
                    self._members(was.members, is_.members, f"{place}{name}.", name)
                case Argument() as was, Argument() as is_:
                    self._field(was, is_, place + name, owner)
                case Constant() as was, Constant() as is_:
                    self._alias(was, is_, place + name, name)
                case _:
                    self.log.add(Level.BREAKING, place + name, "is something else now")

    def _new_member(self, symbol: Symbol, place: str, owner: str) -> None:
        required = isinstance(symbol, Argument) and not symbol.has_default
        if required and self._is_argument(owner):
            self.log.add(Level.BREAKING, place, "is new and required")
        else:
            self.log.add(Level.ADDED, place, "is new")

    def _is_argument(self, owner: str) -> bool:
        return owner in self.uses.accepted or not self._is_model(owner)

    def _is_result(self, owner: str) -> bool:
        return owner in self.uses.answered or not self._is_model(owner)

    def _is_model(self, owner: str) -> bool:
        return owner in self.uses.accepted | self.uses.answered

    def _field(self, old: Argument, new: Argument, place: str, owner: str) -> None:
        if self._is_argument(owner):
            self._argument(old, new, place, "")
        if self._is_result(owner):
            self._result(old.types, new.types, place)

    def _function(self, old: Function, new: Function, place: str) -> None:
        if old.is_async != new.is_async:
            self.log.add(
                Level.BREAKING,
                place,
                "must now be awaited" if new.is_async else "is no longer awaited",
            )
        for name in sorted(old.arguments.keys() - new.arguments.keys()):
            self.log.add(Level.BREAKING, place, f"the argument `{name}` is gone")
        for name, argument in new.arguments.items():
            if name in old.arguments:
                self._argument(old.arguments[name], argument, place, f"the argument `{name}` ")
            elif argument.has_default:
                self.log.add(Level.ADDED, place, f"a new argument, `{name}`")
            else:
                self.log.add(Level.BREAKING, place, f"a new argument, `{name}`, which is required")
        before, after = (
            [name for name, argument in function.arguments.items() if argument.is_positional]
            for function in (old, new)
        )
        kept = [name for name in after if name in before]
        order = [before.index(name) for name in kept]
        if any(first > second for first, second in pairwise(order)) or kept != after[: len(kept)]:
            self.log.add(Level.BREAKING, place, "its positional arguments are in another order")
        self._result(old.returns, new.returns, place, "return")

    def _argument(self, old: Argument, new: Argument, place: str, subject: str) -> None:
        if old.has_default and not new.has_default:
            self.log.add(Level.BREAKING, place, f"{subject}is now required")
        if new.has_default and not old.has_default:
            self.log.add(Level.ADDED, place, f"{subject}is now optional")
        if old.is_positional and not new.is_positional:
            self.log.add(Level.BREAKING, place, f"{subject}must now be named")
        lost = self._beyond(old.types, new.types)
        gained = self._beyond(new.types, old.types) - {"Unset"}
        if lost - {"Unset"}:
            self.log.add(Level.BREAKING, place, f"{subject}no longer takes {listed(lost)}")
        if gained:
            self.log.add(Level.ADDED, place, f"{subject}also takes {listed(gained)}")

    def _result(self, old: Types, new: Types, place: str, verb: str = "be") -> None:
        gained, lost = self._beyond(new, old), self._beyond(old, new)
        if gained:
            self.log.add(Level.BREAKING, place, f"may now {verb} {listed(gained)}")
        elif lost:
            self.log.add(Level.CHANGED, place, f"will not {verb} {listed(lost)} any more")

    def _alias(self, old: Constant, new: Constant, place: str, name: str) -> None:
        closed = name in self.uses.closed or name not in self._text
        for value in sorted(old.values - new.values):
            level = Level.BREAKING if closed else Level.CHANGED
            self.log.add(level, place, f"`{value}` is gone")
        for value in sorted(new.values - old.values):
            self.log.add(Level.ADDED, place, f"`{value}` is new")

    def _beyond(self, types: Types, others: Types) -> Types:
        """Return the types that others do not cover."""
        return frozenset(kind for kind in types if not self._covers(others, kind))

    def _covers(self, others: Types, kind: str) -> bool:
        if kind in others or others & ANYTHING:
            return True
        if kind == "int" and "float" in others:
            return True
        if (kind in self._text or kind.startswith("Literal['")) and "str" in others:
            return True
        inner = COVARIANT.fullmatch(kind)
        if not inner:
            return False
        items = [
            other["item"]
            for other in map(COVARIANT.fullmatch, others)
            if other and other["container"] == inner["container"]
        ]
        covered = frozenset().union(*(types_of(ast.parse(i, mode="eval").body) for i in items))
        wanted = types_of(ast.parse(inner["item"], mode="eval").body)
        return not self._beyond(wanted, covered)


def grouped(changes: list[Change]) -> Iterator[Change]:
    """Yield changes, those of one module with the same text as one: twins change alike."""
    names: dict[tuple[Level, str, str], list[str]] = defaultdict(list)
    for level, place, text in changes:
        module, _, name = place.partition(":")
        names[level, module, text].append(name)
    for (level, module, text), members in names.items():
        shown = f"{module}: {', '.join(members)}" if members != [""] else module
        yield Change(level, shown.removeprefix(": "), text)


def client_changes(old: Mapping[str, str], new: Mapping[str, str], uses: Uses) -> list[Change]:
    """Return what changed between two states of the generated package, by path in it."""
    return ClientDiff(read_package(old), read_package(new), uses).changes()
