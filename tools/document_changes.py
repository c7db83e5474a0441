"""Tell what changed for users between two OpenAPI documents.

What a request may hold and what an answer may hold are judged in opposite ways: a server that
takes less, or sends more, than it did breaks its clients. A component is judged by where it is
used. Unknown values of open enumerations are expected, so new ones break nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from tools.changes import Level, Log, listed
from tools.lint_spec import SCHEMA, Document, Json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.changes import Change
    from tools.lint_spec import Operation

REQUEST: Final = "request"
ANSWER: Final = "answer"
# Formats that have a Python type of their own. Others say something about text.
TYPED_FORMATS: Final = frozenset({"binary", "date", "date-time"})
LOWER_BOUNDS: Final = ("minimum", "minLength", "minItems")
UPPER_BOUNDS: Final = ("maximum", "maxLength", "maxItems")
JSON_TYPES: Final = {bool: "boolean", int: "integer", float: "number", str: "string"}


class Uses(NamedTuple):
    """Names of schemas by where they are used.

    Attributes:
        accepted: Those that requests hold.
        answered: Those that answers hold.
        closed: Enumerations of requests that take no other value.
    """

    accepted: set[str]
    answered: set[str]
    closed: set[str]


@dataclass
class Kind:
    """One kind of value that a schema allows.

    Attributes:
        schema: The schema of that kind.
        name: Name of the component, empty for a schema that stands where it is used.
        known: Values that are listed.
        is_open: Whether other values are allowed too.
    """

    schema: Json
    name: str = ""
    known: set[object] = field(default_factory=set)
    is_open: bool = True


def named(schema: Json) -> str:
    """Return the name of the component that a schema refers to."""
    reference: str = schema.get("$ref", "")
    return reference.removeprefix(SCHEMA) if reference.startswith(SCHEMA) else ""


def merged(document: Document, schema: Json) -> Json:
    """Return a schema without references at its top, the parts of an `allOf` in one."""
    schema = document.resolve(schema)
    parts = [merged(document, part) for part in schema.get("allOf", [])]
    if not parts:
        return schema
    whole = {key: value for part in (*parts, schema) for key, value in part.items()}
    whole["properties"] = {}
    for part in (*parts, schema):
        whole["properties"].update(part.get("properties", {}))
    whole["required"] = [name for part in (*parts, schema) for name in part.get("required", [])]
    del whole["allOf"]
    return whole


def kinds_of(document: Document, schema: Json) -> Iterator[tuple[str, Kind]]:
    """Yield each kind of value that a schema allows."""
    name, schema = named(schema), merged(document, schema)
    options = schema.get("anyOf", []) + schema.get("oneOf", [])
    if options:
        for option in options:
            yield from kinds_of(document, option)
        return
    known = set(schema.get("enum", [])) | ({schema["const"]} if "const" in schema else set())
    types = schema.get("type") or sorted({JSON_TYPES.get(type(value), "null") for value in known})
    if not types:
        types = "object" if "properties" in schema else "any"
    for kind in [types] if isinstance(types, str) else types:
        if kind == "string" and schema.get("format") in TYPED_FORMATS:
            kind = f"string ({schema['format']})"
        values = set() if kind == "null" else known - {None}
        yield kind, Kind(schema, name, values, is_open=not values)


def uses_of(*documents: Document) -> Uses:
    """Tell where the schemas of documents are used."""
    uses = Uses(set(), set(), set())
    for document in documents:
        for operation in document.operations():
            asked = [
                operation.data.get("requestBody"),
                *map(document.resolve, operation.parameters),
            ]
            accepted = document.reachable(asked)
            uses.accepted.update(accepted)
            uses.closed.update(closed_enumerations(document, asked))
            for name in accepted:
                uses.closed.update(closed_enumerations(document, document.schemas[name]))
            uses.answered.update(document.reachable(list(operation.successes.values())))
        uses.answered.update(document.reachable(document.data["components"].get("responses", {})))
        for name, schema in document.schemas.items():
            if "x-wire" in schema:
                used = uses.accepted if is_sent(schema) else uses.answered
                used.update({name}, document.reachable(schema))
    return uses


def is_sent(frame: Json) -> bool:
    """Tell whether clients send a frame."""
    return str(frame["x-wire"]).endswith("-client")


def closed_enumerations(document: Document, node: Json, *, is_open: bool = False) -> Iterator[str]:
    """Yield the names of the enumerations right below a node that take no other value."""
    if isinstance(node, list):
        for child in node:
            yield from closed_enumerations(document, child, is_open=is_open)
    elif isinstance(node, dict):
        if named(node) and "enum" in document.resolve(node) and not is_open:
            yield named(node)
        for key, child in node.items():
            beside_text = key in ("anyOf", "oneOf") and {"type": "string"} in child
            yield from closed_enumerations(document, child, is_open=beside_text)


def success_of(operation: Operation) -> tuple[str, Json]:
    """Return status and response of a success; there is one."""
    return next(iter(operation.successes.items()), ("none", {}))


class DocumentDiff:
    """Compares two documents."""

    def __init__(self, old: Document, new: Document) -> None:
        self.old = old
        self.new = new
        self.log = Log()
        self._compared: set[tuple[str, str]] = set()

    def changes(self) -> list[Change]:
        """Return what changed."""
        self._top()
        self._operations()
        self._errors()
        self._frames()
        return self.log.changes()

    def _top(self) -> None:
        for place, key in (("info.version", "info"), ("servers", "servers")):
            before, after = self.old.data.get(key), self.new.data.get(key)
            if key == "info":
                before, after = before["version"], after["version"]
            else:
                before, after = ([s["url"] for s in servers or []] for servers in (before, after))
            if before != after:
                self.log.add(Level.BREAKING, place, f"{before} became {after}")

    def _operations(self) -> None:
        before, after = (
            {o.data.get("operationId", o.place): o for o in document.operations()}
            for document in (self.old, self.new)
        )
        for name in sorted(before.keys() - after.keys()):
            self.log.add(Level.BREAKING, before[name].place, f"the operation `{name}` is gone")
        for name, operation in after.items():
            if name in before:
                self._operation(before[name], operation)
            else:
                self.log.add(Level.ADDED, operation.place, f"a new operation, `{name}`")

    def _operation(self, old: Operation, new: Operation) -> None:
        place = new.place
        if old.place != new.place:
            self.log.add(Level.BREAKING, place, f"was {old.place}")
        self._texts(old.data, new.data, place)
        self._security(old, new)
        self._parameters(old, new)
        self._body(old, new)
        self._success(old, new)

    def _security(self, old: Operation, new: Operation) -> None:
        before, after = (
            {frozenset(way) for way in operation.data.get("security") or [{}]}
            for operation in (old, new)
        )
        for way in sorted(before, key=sorted):
            if not any(other <= way for other in after):
                text = f"no longer takes {listed(way)}" if way else "now needs credentials"
                self.log.add(Level.BREAKING, new.place, text)
        for way in sorted(after - before, key=sorted):
            if not any(other <= way for other in before):
                text = f"also takes {listed(way)}" if way else "needs no credentials any more"
                self.log.add(Level.ADDED, new.place, text)

    def _parameters(self, old: Operation, new: Operation) -> None:
        before, after = (
            {(p["in"], p["name"]): p for p in map(document.resolve, operation.parameters)}
            for document, operation in ((self.old, old), (self.new, new))
        )
        for where, name in sorted(before.keys() - after.keys()):
            self.log.add(Level.BREAKING, f"{new.place} {where} `{name}`", "is gone")
        for (where, name), parameter in after.items():
            place = f"{new.place} {where} `{name}`"
            required = parameter.get("required", False)
            if (where, name) not in before:
                self._new_argument(place, required=required)
                continue
            known = before[where, name]
            self._requirement(place, REQUEST, was=known.get("required", False), is_=required)
            if any(known.get(key) != parameter.get(key) for key in ("style", "explode")):
                self.log.add(Level.BREAKING, place, "is written in another way")
            self._texts(known, parameter, place)
            self._values(known["schema"], parameter["schema"], place, REQUEST)

    def _body(self, old: Operation, new: Operation) -> None:
        place = f"{new.place} body"
        if old.body is None or new.body is None:
            if old.body:
                self.log.add(Level.BREAKING, place, "is gone")
            elif new.body:
                needed = self.new.resolve(new.body[1]).get("required")
                self._new_argument(place, required=bool(needed))
            return
        before, after = (
            operation.data["requestBody"].get("required", False) for operation in (old, new)
        )
        self._requirement(place, REQUEST, was=before, is_=after)
        if old.body[0] != new.body[0]:
            self.log.add(Level.BREAKING, place, f"{old.body[0]} became {new.body[0]}")
        self._values(old.body[1], new.body[1], place, REQUEST)

    def _success(self, old: Operation, new: Operation) -> None:
        before_status, before = success_of(old)
        after_status, after = success_of(new)
        place = f"{new.place} answer"
        if before_status != after_status:
            self.log.add(Level.CHANGED, place, f"status {before_status} became {after_status}")
        headers, headers_now = before.get("headers", {}), after.get("headers", {})
        for name in sorted(headers.keys() - headers_now.keys()):
            self.log.add(Level.BREAKING, place, f"the header `{name}` is gone")
        for name in sorted(headers_now.keys() - headers.keys()):
            self.log.add(Level.ADDED, place, f"a new header, `{name}`")
        content, content_now = before.get("content", {}), after.get("content", {})
        if content.keys() != content_now.keys():
            was, is_ = (", ".join(kinds) or "nothing" for kinds in (content, content_now))
            self.log.add(Level.BREAKING, place, f"{was} became {is_}")
        for kind in sorted(content.keys() & content_now.keys()):
            schema, schema_now = (
                content[kind].get("schema", {}),
                content_now[kind].get("schema", {}),
            )
            self._values(schema, schema_now, place, ANSWER)

    def _errors(self) -> None:
        before, after = (
            document.data["components"].get("responses", {}) for document in (self.old, self.new)
        )
        for name in sorted(before.keys() & after.keys()):
            for kind in (
                before[name].get("content", {}).keys() & after[name].get("content", {}).keys()
            ):
                old, new = (answers[name]["content"][kind]["schema"] for answers in (before, after))
                self._values(old, new, f"answer {name}", ANSWER)

    def _frames(self) -> None:
        before, after = (
            {name: schema for name, schema in document.schemas.items() if "x-wire" in schema}
            for document in (self.old, self.new)
        )
        for name in sorted(before.keys() - after.keys()):
            self.log.add(Level.BREAKING, name, "the frame is gone")
        for name, schema in after.items():
            if name in before:
                self._component(name, REQUEST if is_sent(schema) else ANSWER)
            else:
                self.log.add(Level.ADDED, name, "a new frame")

    def _component(self, name: str, use: str) -> None:
        """Compare the component of a name in both documents, once for each use."""
        if (name, use) not in self._compared:
            self._compared.add((name, use))
            old, new = (
                merged(document, document.schemas[name]) for document in (self.old, self.new)
            )
            self._object(old, new, name, use)

    def _values(self, old: Json, new: Json, place: str, use: str) -> None:
        """Compare the values that two schemas allow."""
        self._texts(old, new, place)
        if named(old) and named(old) == named(new):
            self._texts(self.old.resolve(old), self.new.resolve(new), named(new))
        before, after = list(kinds_of(self.old, old)), list(kinds_of(self.new, new))
        self._objects(
            [kind for name, kind in before if name == "object"],
            [kind for name, kind in after if name == "object"],
            place,
            use,
        )
        self._kinds({name for name, _ in before}, {name for name, _ in after}, place, use)
        shared = {name for name, _ in before} & {name for name, _ in after}
        for name in sorted(shared - {"null", "object"}):
            was, is_ = (
                [kind for kind_name, kind in side if kind_name == name] for side in (before, after)
            )
            if name == "array":
                item, item_now = was[0].schema.get("items", {}), is_[0].schema.get("items", {})
                self._values(item, item_now, f"{place}[]", use)
            self._known(was, is_, place, use)
            self._bounds(was[0].schema, is_[0].schema, place, use)

    def _kinds(self, before: set[str], after: set[str], place: str, use: str) -> None:
        lost, gained = before - after, after - before
        if "number" in after:
            lost.discard("integer")
        if "number" in before:
            gained.discard("integer")
        if "any" in after:
            lost = set()
        if "any" in before:
            gained = set()
        for name in sorted(lost):
            if use == REQUEST:
                self.log.add(Level.BREAKING, place, f"no longer accepts {name}")
            else:
                self.log.add(Level.CHANGED, place, f"is never {name} any more")
        for name in sorted(gained):
            if use == REQUEST:
                self.log.add(Level.ADDED, place, f"also accepts {name}")
            else:
                self.log.add(Level.BREAKING, place, f"may now be {name}")

    def _known(self, was: list[Kind], is_: list[Kind], place: str, use: str) -> None:
        """Compare listed values. Those of an enumeration belong to its component."""
        names = {kind.name for kind in (*was, *is_) if kind.known}
        if len(names) == 1:
            place = names.pop() or place
        before, after = ({v for kind in side for v in kind.known} for side in (was, is_))
        was_open, is_open = (any(kind.is_open for kind in side) for side in (was, is_))
        if was_open and not is_open:
            self.log.add(Level.BREAKING, place, "no longer allows values besides the known ones")
        elif is_open and not was_open:
            level = Level.ADDED if use == REQUEST else Level.BREAKING
            self.log.add(level, place, "allows values besides the known ones")
        for value in sorted(before - after, key=str):
            closed = use == REQUEST and not was_open and not is_open
            self.log.add(Level.BREAKING if closed else Level.CHANGED, place, f"`{value}` is gone")
        for value in sorted(after - before, key=str):
            closed = use == ANSWER and not was_open and not is_open
            self.log.add(Level.BREAKING if closed else Level.ADDED, place, f"`{value}` is new")

    def _bounds(self, old: Json, new: Json, place: str, use: str) -> None:
        for key in (*LOWER_BOUNDS, *UPPER_BOUNDS, "pattern", "multipleOf"):
            before, after = old.get(key), new.get(key)
            if before == after:
                continue
            if after is None:
                tighter = False
            elif before is None:
                tighter = True
            elif key in LOWER_BOUNDS:
                tighter = after > before
            elif key in UPPER_BOUNDS:
                tighter = after < before
            else:
                tighter = True
            level = Level.BREAKING if tighter else Level.ADDED
            was, is_ = ("none" if bound is None else bound for bound in (before, after))
            self.log.add(
                level if use == REQUEST else Level.CHANGED, place, f"{key} {was} became {is_}"
            )

    def _objects(self, before: list[Kind], after: list[Kind], place: str, use: str) -> None:
        """Compare the objects that two schemas allow: those of one name, else what is left."""
        was, is_ = ({kind.name: kind for kind in side} for side in (before, after))
        for name in sorted(was.keys() & is_.keys()):
            old, new = was.pop(name), is_.pop(name)
            if name:
                self._component(name, use)
            else:
                self._object(old.schema, new.schema, place, use)
        if len(was) == len(is_) == 1:
            (old,), (new,) = was.values(), is_.values()
            self._object(old.schema, new.schema, place, use)
            return
        if not before or not after:
            return  # told as a kind of value
        for name in sorted(was):
            level = Level.BREAKING if use == REQUEST else Level.CHANGED
            self.log.add(level, place, f"the variant `{name}` is gone")
        for name in sorted(is_):
            level = Level.ADDED if use == REQUEST else Level.BREAKING
            self.log.add(level, place, f"a new variant, `{name}`")

    def _object(self, old: Json, new: Json, place: str, use: str) -> None:
        self._texts(old, new, place)
        before, after = old.get("properties", {}), new.get("properties", {})
        was_required, is_required = (set(side.get("required", [])) for side in (old, new))
        for name in sorted(before.keys() - after.keys()):
            self.log.add(Level.BREAKING, f"{place}.{name}", "is gone")
        for name, schema in after.items():
            inner = f"{place}.{name}"
            if name not in before:
                self._new_argument(inner, required=use == REQUEST and name in is_required)
                continue
            self._requirement(inner, use, was=name in was_required, is_=name in is_required)
            self._values(before[name], schema, inner, use)
        extra, extras = (side.get("additionalProperties", True) for side in (old, new))
        if isinstance(extra, dict) and isinstance(extras, dict):
            self._values(extra, extras, f"{place}[]", use)
        elif extra != extras:
            level = Level.BREAKING if use == REQUEST and extra is True else Level.CHANGED
            self.log.add(level, place, "what fields it may have besides its own changed")

    def _new_argument(self, place: str, *, required: bool) -> None:
        if required:
            self.log.add(Level.BREAKING, place, "is new and required")
        else:
            self.log.add(Level.ADDED, place, "is new")

    def _requirement(self, place: str, use: str, *, was: bool, is_: bool) -> None:
        if is_ and not was:
            level = Level.BREAKING if use == REQUEST else Level.CHANGED
            self.log.add(
                level, place, "is now required" if use == REQUEST else "is now always there"
            )
        if was and not is_:
            level = Level.ADDED if use == REQUEST else Level.BREAKING
            text = "is now optional" if use == REQUEST else "may now be absent"
            self.log.add(level, place, text)

    def _texts(self, old: Json, new: Json, place: str) -> None:
        if new.get("deprecated") and not old.get("deprecated"):
            self.log.add(Level.ADDED, place, "is now deprecated")
        if any(old.get(key) != new.get(key) for key in ("summary", "description")):
            self.log.add(Level.CHANGED, place, "its description changed")


def document_changes(old: Json, new: Json) -> list[Change]:
    """Return what changed between two parsed documents."""
    return DocumentDiff(Document(old), Document(new)).changes()
