"""Check the rules that an OpenAPI document must follow here, besides being valid.

    python tools/lint_spec.py [DOCUMENT ...]

Some rules keep the generated names good, the others avoid what the generator gets wrong. Each rule
is a function that yields problems; its docstring says why it exists.
"""

from __future__ import annotations

import keyword
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, cast

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS: Final = (ROOT / "spec" / "cartesia.yaml", ROOT / "spec" / "cartesia-v0.yaml")
METHODS: Final = ("get", "put", "post", "delete", "patch")
SCHEMA: Final = "#/components/schemas/"
VERSION: Final = "#/components/parameters/CartesiaVersion"
DATED: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
# Attributes of every model, names that its module uses, and arguments of every method.
RESERVED: Final = frozenset(
    {
        *("additional_keys", "additional_properties", "from_dict", "to_dict", "to_multipart"),
        *("define", "field", "src_dict"),
        *("client", "files", "options", "self", "uploads"),
    }
)

Json: TypeAlias = Any  # a YAML document has no better type
Rule: TypeAlias = "Callable[[Document], Iterator[Problem]]"


class Problem(NamedTuple):
    """A place that breaks a rule."""

    place: str
    message: str


class Operation(NamedTuple):
    """An operation and where it stands."""

    place: str
    data: Json
    parameters: list[Json]

    @property
    def body(self) -> tuple[str, Json] | None:
        """Media type and schema of the request body."""
        content = self.data.get("requestBody", {}).get("content", {})
        return next(((kind, media.get("schema", {})) for kind, media in content.items()), None)

    @property
    def successes(self) -> dict[str, Json]:
        """Responses by status, without the shared error."""
        return {status: r for status, r in self.data["responses"].items() if status != "default"}


class Document:
    """A parsed document with the look-ups that rules need."""

    def __init__(self, data: Json) -> None:
        self.data = data
        self.schemas: dict[str, Json] = data["components"].get("schemas", {})
        self.tags = [tag["name"] for tag in data.get("tags", [])]

    def resolve(self, node: Json) -> Json:
        """Follow a reference. One that leads nowhere, or to another file, is empty."""
        while "$ref" in node:
            target: Json = self.data
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target.get(step, {})
            node = target
        return node

    def operations(self) -> Iterator[Operation]:
        """Yield every operation with the parameters of its path."""
        for path, item in self.data["paths"].items():
            for method in METHODS:
                if method in item:
                    parameters = item.get("parameters", []) + item[method].get("parameters", [])
                    yield Operation(f"{method.upper()} {path}", item[method], parameters)

    def walk(self, node: Json, place: str = "") -> Iterator[tuple[str, Json]]:
        """Yield every mapping below a node, with its place."""
        if isinstance(node, dict):
            yield place, node
            for key, child in node.items():
                yield from self.walk(child, f"{place}/{key}")
        elif isinstance(node, list):
            for index, child in enumerate(node):
                yield from self.walk(child, f"{place}/{index}")

    def schema_nodes(self) -> Iterator[tuple[str, Json]]:
        """Yield every schema of the document, nested ones too, with its place."""
        for name, schema in self.schemas.items():
            yield from self._nested(schema, f"schemas/{name}")
        for operation in self.operations():
            for parameter in operation.parameters:
                parameter = self.resolve(parameter)
                yield from self._nested(
                    parameter["schema"], f"{operation.place} ?{parameter['name']}"
                )
            for place, node in self.walk(operation.data, operation.place):
                for kind, media in node.get("content", {}).items():
                    yield from self._nested(media.get("schema", {}), f"{place}/{kind}")

    def _nested(self, schema: Json, place: str) -> Iterator[tuple[str, Json]]:
        yield place, schema
        for name, child in schema.get("properties", {}).items():
            yield from self._nested(child, f"{place}/{name}")
        for keyword_ in ("anyOf", "oneOf", "allOf"):
            for index, child in enumerate(schema.get(keyword_, [])):
                yield from self._nested(child, f"{place}/{keyword_}/{index}")
        for keyword_ in ("items", "additionalProperties"):
            if isinstance(schema.get(keyword_), dict):
                yield from self._nested(schema[keyword_], f"{place}/{keyword_}")

    def references(self, node: Json) -> Iterator[str]:
        """Yield every reference below a node."""
        for _, child in self.walk(node):
            if "$ref" in child:
                yield child["$ref"]
            yield from child.get("discriminator", {}).get("mapping", {}).values()

    def reachable(self, node: Json) -> set[str]:
        """Return the names of the schemas that a node refers to, directly or not."""
        found: set[str] = set()
        todo = [node]
        while todo:
            for reference in self.references(todo.pop()):
                name = reference.removeprefix(SCHEMA)
                if name in self.schemas and name not in found:
                    found.add(name)
                    todo.append(self.schemas[name])
        return found


def operation_id(document: Document) -> Iterator[Problem]:
    """`<tag>_<method>` becomes the method of a resource; a repeated one overwrites silently."""
    ids = [operation.data.get("operationId", "") for operation in document.operations()]
    counts = Counter(ids)
    for operation, name in zip(document.operations(), ids, strict=True):
        tag = (operation.data.get("tags") or [""])[0]
        method = name.removeprefix(f"{tag}_")
        if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
            yield Problem(operation.place, f"operationId {name!r} is not snake_case")
        elif method == name or keyword.iskeyword(method):
            yield Problem(
                operation.place, f"operationId {name!r} is not `{tag}_` and a method name"
            )
        if counts[name] > 1:
            yield Problem(operation.place, f"operationId {name!r} is used twice")


def one_tag(document: Document) -> Iterator[Problem]:
    """The tag is the resource."""
    for operation in document.operations():
        tags = operation.data.get("tags", [])
        if len(tags) != 1 or tags[0] not in document.tags:
            yield Problem(operation.place, "needs exactly one tag, declared at the top")


def inner_resource(document: Document) -> Iterator[Problem]:
    """A tag that goes on from another's is an attribute of its class, beside the methods."""
    for outer in document.tags:
        inner = {
            tag.removeprefix(f"{outer}_") for tag in document.tags if tag.startswith(f"{outer}_")
        }
        for operation in document.operations():
            if operation.data.get("tags") == [outer]:
                method = operation.data.get("operationId", "").removeprefix(f"{outer}_")
                if method in inner:
                    yield Problem(operation.place, f"{method!r} is also a resource in {outer!r}")


def security(document: Document) -> Iterator[Problem]:
    """The generator ignores security at the root, and readers should not have to guess."""
    for operation in document.operations():
        if "security" not in operation.data:
            yield Problem(operation.place, "does not state its security")


def shared_error(document: Document) -> Iterator[Problem]:
    """Any status but success is one error type."""
    for operation in document.operations():
        error = operation.data["responses"].get("default", {})
        if error.get("$ref") != "#/components/responses/Error":
            yield Problem(operation.place, "its default response is not the shared Error")


def one_success(document: Document) -> Iterator[Problem]:
    """A method has one return type, and the generator reads only one media type."""
    for operation in document.operations():
        successes = operation.successes
        if len(successes) != 1 or any(len(r.get("content", {})) > 1 for r in successes.values()):
            yield Problem(operation.place, "needs exactly one success, with at most one media type")


def version_header(document: Document) -> Iterator[Problem]:
    """An API whose versions are dates requires one with every request."""
    if not DATED.fullmatch(str(document.data["info"]["version"])):
        return
    for operation in document.operations():
        if {"$ref": VERSION} not in operation.parameters:
            yield Problem(operation.place, "lacks the parameter CartesiaVersion")


def request_body(document: Document) -> Iterator[Problem]:
    """Methods flatten the body into arguments, next to the parameters."""
    for operation in document.operations():
        if operation.body is None:
            continue
        _, schema = operation.body
        fields = document.resolve(schema).get("properties")
        if (
            "$ref" not in schema
            or fields is None
            or not operation.data["requestBody"].get("required")
        ):
            yield Problem(operation.place, "its body is not a required $ref to one object schema")
            continue
        names = {document.resolve(p)["name"].removesuffix("[]") for p in operation.parameters}
        for name in names & {field.removesuffix("[]") for field in fields}:
            yield Problem(operation.place, f"{name!r} is both a parameter and a field of the body")


def multipart_null(document: Document) -> Iterator[Problem]:
    """A form has no null."""
    for operation in document.operations():
        kind, schema = operation.body or ("", {})
        if kind == "multipart/form-data":
            for name, field in document.resolve(schema).get("properties", {}).items():
                if any("null" in (node.get("type") or "") for _, node in document.walk(field)):
                    yield Problem(operation.place, f"the part {name!r} is nullable")


def described(document: Document) -> Iterator[Problem]:
    """Descriptions become the documentation of every method, argument and field."""
    for operation in document.operations():
        if not operation.data.get("summary"):
            yield Problem(operation.place, "lacks a summary")
    for name, schema in document.schemas.items():
        if not schema.get("description"):
            yield Problem(f"schemas/{name}", "lacks a description")
        for field, data in schema.get("properties", {}).items():
            if not data.get("description"):
                yield Problem(f"schemas/{name}/{field}", "lacks a description")


def parameter_text(document: Document) -> Iterator[Problem]:
    """The generator drops the description of a parameter and keeps that of its schema."""
    for operation in document.operations():
        for parameter in map(document.resolve, operation.parameters):
            if not document.resolve(parameter["schema"]).get("description"):
                yield Problem(
                    operation.place, f"the schema of {parameter['name']!r} lacks a description"
                )


def schema_name(document: Document) -> Iterator[Problem]:
    """Classes: words in capitals read badly in modules, and resources own the names of tags."""
    resources = {"".join(word.capitalize() for word in tag.split("_")) for tag in document.tags}
    for name in document.schemas:
        if not re.fullmatch(r"([A-Z][a-z0-9]+)+", name):
            yield Problem(f"schemas/{name}", "is not in PascalCase with acronyms as words")
        if name in resources:
            yield Problem(f"schemas/{name}", "is the name of a resource class")


def reserved_name(document: Document) -> Iterator[Problem]:
    """Some names would hide what the generated code uses."""
    for name, schema in document.schemas.items():
        for field in RESERVED & schema.get("properties", {}).keys():
            yield Problem(f"schemas/{name}/{field}", "is a reserved name")
    for operation in document.operations():
        for parameter in map(document.resolve, operation.parameters):
            if parameter["name"].removesuffix("[]") in RESERVED | {"body"}:
                yield Problem(operation.place, f"{parameter['name']!r} is a reserved name")


def one_file(document: Document) -> Iterator[Problem]:
    """The generator reads one document."""
    for reference in document.references(document.data):
        if not reference.startswith("#/"):
            yield Problem(reference, "is a reference to another file")


def no_inline(document: Document) -> Iterator[Problem]:
    """An object or enumeration outside the components gets a made-up name, and a copy per use."""
    for place, schema in document.schema_nodes():
        nested = place.count("/") > 1 or not place.startswith("schemas/")
        if nested and ("properties" in schema or "enum" in schema):
            yield Problem(place, "is an inline object or enumeration")


def no_circle(document: Document) -> Iterator[Problem]:
    """Modules of models import each other at the top."""
    for name, schema in document.schemas.items():
        if name in document.reachable(schema):
            yield Problem(f"schemas/{name}", "refers to itself")


def no_default(document: Document) -> Iterator[Problem]:
    """A client would send a default, and pin what the server is free to change."""
    for place, schema in document.schema_nodes():
        if "default" in schema and schema["default"] != schema.get("const"):
            yield Problem(place, "has a default that is not its const")


def constant_tag(document: Document) -> Iterator[Problem]:
    """A tag that is constant needs no argument and tells the variants of a union apart."""
    for name, schema in document.schemas.items():
        for field, data in schema.get("properties", {}).items():
            if "const" in data and (
                data.get("default") != data["const"] or field not in schema.get("required", [])
            ):
                yield Problem(f"schemas/{name}/{field}", "is a const, so require it with a default")
        variants = [variant for variant in schema.get("oneOf", []) if "$ref" in variant]
        tag = schema.get("discriminator", {}).get("propertyName")
        for variant in variants if len(variants) > 1 else []:
            if "const" not in document.resolve(variant).get("properties", {}).get(tag, {}):
                yield Problem(
                    f"schemas/{name}", f"lacks a tag that is constant in {variant['$ref']}"
                )


def open_answers(document: Document) -> Iterator[Problem]:
    """The server adds values within one version, which must not break its clients."""
    received: set[str] = set()
    for operation in document.operations():
        received |= document.reachable(list(operation.successes.values()))
    received |= document.reachable(document.data["components"].get("responses", {}))
    for name, schema in document.schemas.items():
        if schema.get("x-wire", "").endswith(("-server", "-sse")):
            received |= {name} | document.reachable(schema)
    for name in sorted(received):
        for place, node in document.walk(document.schemas[name], f"schemas/{name}"):
            if "enum" in document.resolve(node) and "$ref" in node and "/anyOf/" not in place:
                yield Problem(place, "is a closed enumeration in an answer")
            known = [child for child in node.get("anyOf", []) if "enum" in document.resolve(child)]
            if known and {"type": "string"} not in node["anyOf"]:
                yield Problem(
                    place, "is an enumeration in an answer without `type: string` beside it"
                )


def nullable_enum(document: Document) -> Iterator[Problem]:
    """A null among the values makes three classes: write `oneOf` of the enumeration and null."""
    for place, schema in document.schema_nodes():
        if None in schema.get("enum", []):
            yield Problem(place, "has null among its values")


def numbers_bounded(document: Document) -> Iterator[Problem]:
    """A number without a range says too little, but for `x-unbounded`. Ends are inclusive."""
    for place, schema in document.schema_nodes():
        kinds = schema.get("type") or ""
        numeric = {"integer", "number"} & set([kinds] if isinstance(kinds, str) else kinds)
        if numeric and not {"minimum", "enum", "const", "x-unbounded"} & schema.keys():
            yield Problem(place, "is a number without a minimum")
        if schema.keys() & {"exclusiveMinimum", "exclusiveMaximum"}:
            yield Problem(place, "has an exclusive end")


def plain_ids(document: Document) -> Iterator[Problem]:
    """An id is opaque; a UUID type fails on the first one that is not."""
    for place, schema in document.schema_nodes():
        if schema.get("format") == "uuid":
            yield Problem(place, "has the format uuid")


def binary_text(document: Document) -> Iterator[Problem]:
    """The generator decodes text before it makes bytes of it."""
    for operation in document.operations():
        for response in operation.successes.values():
            for kind, media in response.get("content", {}).items():
                if kind.startswith("text/") and media.get("schema", {}).get("format") == "binary":
                    yield Problem(operation.place, f"has a binary answer of type {kind}")


def all_used(document: Document) -> Iterator[Problem]:
    """A forgotten component is noise. Frames have no operation and say so with `x-wire`."""
    used = {
        reference.removeprefix(SCHEMA)
        for reference in document.references({**document.data, "components": {}})
    }
    components = document.data["components"]
    reached = document.reachable({**document.data, "components": {**components, "schemas": {}}})
    for name, schema in document.schemas.items():
        if "x-wire" in schema:
            reached |= {name} | document.reachable(schema)
    for name in document.schemas.keys() - reached - used:
        yield Problem(f"schemas/{name}", "is not used; mark a frame with `x-wire`")


def event_stream(document: Document) -> Iterator[Problem]:
    """The generated method of an event stream is a download: its events have no type there.

    Code written by hand gives them one. The operation names it with `x-events`.
    """
    for operation in document.operations():
        for response in operation.successes.values():
            source = operation.data.get("x-events")
            if "text/event-stream" in response.get("content", {}) and not source:
                yield Problem(
                    operation.place,
                    "answers with events that the generated method does not type; write code that "
                    "does, and name its file with `x-events`",
                )
            elif source and not (ROOT / source).is_file():
                yield Problem(
                    operation.place, f"names a file with `x-events` that is not there: {source}"
                )


RULES: Final[tuple[Rule, ...]] = (
    operation_id,
    one_tag,
    inner_resource,
    security,
    shared_error,
    one_success,
    version_header,
    request_body,
    multipart_null,
    described,
    parameter_text,
    schema_name,
    reserved_name,
    one_file,
    no_inline,
    no_circle,
    no_default,
    constant_tag,
    open_answers,
    nullable_enum,
    numbers_bounded,
    plain_ids,
    binary_text,
    event_stream,
    all_used,
)


def lint(data: Json) -> Iterator[tuple[str, Problem]]:
    """Yield every problem of a document with the name of the rule it breaks."""
    document = Document(data)
    for rule in RULES:
        for problem in rule(document):
            yield rule.__name__, problem


class UniqueKeyLoader(yaml.CSafeLoader):
    """A loader that refuses a key that comes twice in a mapping, of which YAML keeps the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        """Construct a mapping.

        Raises:
            ConstructorError: If a key comes twice.
        """
        first: dict[object, int] = {}
        for key_node, _ in node.value:
            key, line = self.construct_object(key_node, deep=True), key_node.start_mark.line + 1
            if key in first:
                raise yaml.constructor.ConstructorError(
                    None,
                    None,
                    f"the key {key!r} comes twice, first in line {first[key]}",
                    key_node.start_mark,
                )
            first[key] = line
        return cast("dict[object, object]", super().construct_mapping(node, deep))


def main(arguments: list[str]) -> int:
    """Run the command line."""
    count = 0
    for path in map(Path, arguments) if arguments else DOCUMENTS:
        try:
            data = yaml.load(path.read_text(encoding="utf-8"), UniqueKeyLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            print(f"{path}:{line}: {error.problem} [yaml]")
            count += 1
            continue
        for name, problem in lint(data):
            count += 1
            print(f"{path}: {problem.place}: {problem.message} [{name}]")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
