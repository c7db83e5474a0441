"""Each kind of change of the document, seeded alone: exactly that one is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Project

    Edit = Callable[[Any], object]

TEXT = {"type": "string", "description": "Text."}
LIST, CREATE, DELETE = "GET /songs", "POST /songs", "DELETE /songs/{id}"


def operation(document: Any, name: str) -> Any:
    method, path = name.split()
    return document["paths"][path][method.lower()]


def schemas(document: Any) -> Any:
    return document["components"]["schemas"]


def put(path: str, value: object) -> Edit:
    """Set the value at a path of keys and indices below the schemas, or below an operation."""

    def edit(document: Any) -> None:
        *steps, last = path.split("/")
        node = schemas(document)
        for step in steps:
            node = node[int(step) if isinstance(node, list) else step]
        node[int(last) if isinstance(node, list) else last] = value

    return edit


def drop(path: str) -> Edit:
    def edit(document: Any) -> None:
        *steps, last = path.split("/")
        node = schemas(document)
        for step in steps:
            node = node[step]
        del node[last]

    return edit


def at(name: str, change: Edit) -> Edit:
    """Change an operation."""
    return lambda document: change(operation(document, name))


def field(schema: str, name: str, value: object) -> Edit:
    return put(f"{schema}/properties/{name}", value)


def move(document: Any) -> None:
    document["paths"]["/songs/"] = document["paths"].pop("/songs")


def rename_variant(document: Any) -> None:
    schemas(document)["WaveOutput"] = schemas(document).pop("WavOutput")
    options = schemas(document)["CreateSongRequest"]["properties"]["output"]["oneOf"]
    options[0]["$ref"] = "#/components/schemas/WaveOutput"


def body_as_form(create: Any) -> None:
    content = create["requestBody"]["content"]
    content["multipart/form-data"] = content.pop("application/json")


BREAKING: list[tuple[Edit, set[tuple[str, str]]]] = [
    # Operations
    (
        lambda d: d["paths"].pop("/songs/{id}"),
        {(DELETE, "the operation `songs_delete` is gone")},
    ),
    (
        at(DELETE, lambda o: o.update(operationId="songs_remove")),
        {(DELETE, "the operation `songs_delete` is gone")},
    ),
    (
        move,
        {("GET /songs/", "was GET /songs"), ("POST /songs/", "was POST /songs")},
    ),
    (
        lambda d: d["paths"]["/songs"].update(put=d["paths"]["/songs"].pop("post")),
        {("PUT /songs", "was POST /songs")},
    ),
    (at(LIST, lambda o: o["security"].pop()), {(LIST, "no longer takes `access_token`")}),
    (
        at(DELETE, lambda o: o.update(security=[{"api_key": []}])),
        {(DELETE, "now needs credentials")},
    ),
    (
        lambda d: d["info"].update(version="2031-01-01"),
        {("info.version", "2030-01-01 became 2031-01-01")},
    ),
    (
        lambda d: d["servers"][0].update(url="https://example.org"),
        {("servers", "['https://example.com'] became ['https://example.org']")},
    ),
    # Parameters
    (at(LIST, lambda o: o["parameters"].pop(0)), {(f"{LIST} query `limit`", "is gone")}),
    (
        at(LIST, lambda o: o["parameters"][0].update(name="size", required=True)),
        {(f"{LIST} query `limit`", "is gone"), (f"{LIST} query `size`", "is new and required")},
    ),
    (
        at(LIST, lambda o: o["parameters"][0].update(required=True)),
        {(f"{LIST} query `limit`", "is now required")},
    ),
    (
        at(LIST, lambda o: o["parameters"][0]["schema"].update(maximum=50)),
        {(f"{LIST} query `limit`", "maximum 100 became 50")},
    ),
    (
        at(LIST, lambda o: o["parameters"][2]["schema"].update(format="date-time")),
        {(f"{LIST} query `starting_after`", "no longer accepts string")},
    ),
    (
        at(LIST, lambda o: o["parameters"][0].update(explode=False)),
        {(f"{LIST} query `limit`", "is written in another way")},
    ),
    # Bodies
    (at(CREATE, lambda o: o.pop("requestBody")), {(f"{CREATE} body", "is gone")}),
    (
        at(CREATE, body_as_form),
        {(f"{CREATE} body", "application/json became multipart/form-data")},
    ),
    (drop("CreateSongRequest/properties/speed"), {("CreateSongRequest.speed", "is gone")}),
    (
        lambda d: (
            field("CreateSongRequest", "key", TEXT)(d),
            put("CreateSongRequest/required", ["title", "output", "key"])(d),
        ),
        {("CreateSongRequest.key", "is new and required")},
    ),
    (
        put("CreateSongRequest/required", ["title", "output", "speed"]),
        {("CreateSongRequest.speed", "is now required")},
    ),
    (
        put("CreateSongRequest/properties/speed/type", "integer"),
        {("CreateSongRequest.speed", "no longer accepts number")},
    ),
    (
        put("CreateSongRequest/properties/speed/minimum", 1),
        {("CreateSongRequest.speed", "minimum 0.5 became 1")},
    ),
    (
        put("CreateSongRequest/properties/title/pattern", "^[a-z]*$"),
        {("CreateSongRequest.title", "pattern none became ^[a-z]*$")},
    ),
    (
        lambda d: schemas(d)["CreateSongRequest"]["properties"]["mood"]["oneOf"].pop(),
        {("CreateSongRequest.mood", "no longer accepts null")},
    ),
    (
        lambda d: schemas(d)["CreateSongRequest"]["properties"]["output"]["oneOf"].pop(),
        {("CreateSongRequest.output", "the variant `Mp3Output` is gone")},
    ),
    (
        lambda d: schemas(d)["CreateSongRequest"]["properties"]["genre"]["anyOf"].pop(),
        {("Genre", "no longer allows values besides the known ones")},
    ),
    (put("Mood/enum", ["calm", "glad"]), {("Mood", "`sad` is gone")}),
    (
        lambda d: [
            put("WavOutput/properties/container/const", "wave")(d),
            put("WavOutput/properties/container/default", "wave")(d),
        ],
        {("WavOutput.container", "`wav` is gone")},
    ),
    (
        put("CreateSongRequest/additionalProperties", False),
        {("CreateSongRequest", "what fields it may have besides its own changed")},
    ),
    # Answers
    (
        at(LIST, lambda o: o["responses"]["200"].pop("headers")),
        {(f"{LIST} answer", "the header `X-Total` is gone")},
    ),
    (
        at(CREATE, lambda o: o["responses"]["200"].pop("content")),
        {(f"{CREATE} answer", "application/json became nothing")},
    ),
    (drop("Song/properties/tags"), {("Song.tags", "is gone")}),
    (put("Song/required", ["id", "title", "mood"]), {("Song.made_at", "may now be absent")}),
    (put("Song/properties/title/type", ["string", "null"]), {("Song.title", "may now be null")}),
    (put("Song/properties/id/type", "integer"), {("Song.id", "may now be integer")}),
    (
        drop("Song/properties/made_at/format"),
        {("Song.made_at", "may now be string")},
    ),
    (
        put("Song/properties/tags/items/type", "integer"),
        {("Song.tags[]", "may now be integer")},
    ),
    (
        lambda d: schemas(d)["Song"]["properties"]["mood"]["anyOf"].pop(),
        {("Mood", "no longer allows values besides the known ones")},
    ),
    (
        put("ErrorInfo/properties/title/type", ["string", "null"]),
        {("ErrorInfo.title", "may now be null")},
    ),
    # Frames
    (drop("NoteFrame"), {("NoteFrame", "the frame is gone")}),
    (put("NoteFrame/required", ["type"]), {("NoteFrame.pitch", "may now be absent")}),
    (
        lambda d: (
            field("StopFrame", "why", TEXT)(d),
            put("StopFrame/required", ["stop", "why"])(d),
        ),
        {("StopFrame.why", "is new and required")},
    ),
]

HARMLESS: list[tuple[Edit, set[tuple[str, str, str]]]] = [
    (lambda d: None, set()),
    (lambda d: d["tags"].append({"name": "other"}), set()),
    (lambda d: put("Forgotten", TEXT)(d), set()),
    (
        lambda d: (
            d["paths"].update({"/songs/all": {**d["paths"]["/songs/{id}"]}})
            or d["paths"]["/songs/all"].update(
                delete={**d["paths"]["/songs/{id}"]["delete"], "operationId": "songs_delete_all"}
            )
        ),
        {("added", "DELETE /songs/all", "a new operation, `songs_delete_all`")},
    ),
    (
        at(DELETE, lambda o: o.update(deprecated=True)),
        {("added", DELETE, "is now deprecated")},
    ),
    (
        at(CREATE, lambda o: o["security"].append({"access_token": []})),
        {("added", CREATE, "also takes `access_token`")},
    ),
    (
        at(CREATE, lambda o: o.update(security=[])),
        {("added", CREATE, "needs no credentials any more")},
    ),
    (
        at(LIST, lambda o: o.update(summary="List all songs.")),
        {("changed", LIST, "its description changed")},
    ),
    (
        at(LIST, lambda o: o["parameters"].append({"name": "q", "in": "query", "schema": TEXT})),
        {("added", f"{LIST} query `q`", "is new")},
    ),
    (
        at(LIST, lambda o: o["parameters"][0]["schema"].update(maximum=500)),
        {("added", f"{LIST} query `limit`", "maximum 100 became 500")},
    ),
    (
        field("CreateSongRequest", "key", TEXT),
        {("added", "CreateSongRequest.key", "is new")},
    ),
    (
        put("CreateSongRequest/required", ["output"]),
        {("added", "CreateSongRequest.title", "is now optional")},
    ),
    (
        put("CreateSongRequest/properties/title/type", ["string", "null"]),
        {("added", "CreateSongRequest.title", "also accepts null")},
    ),
    (
        drop("CreateSongRequest/properties/speed/minimum"),
        {("added", "CreateSongRequest.speed", "minimum 0.5 became none")},
    ),
    (put("Mood/enum", ["calm", "glad", "sad", "wild"]), {("added", "Mood", "`wild` is new")}),
    (put("Mood/enum", ["sad", "glad", "calm"]), set()),
    # Any value is accepted there, so a known one may go.
    (put("Genre/enum", ["jazz"]), {("changed", "Genre", "`rock` is gone")}),
    # The name of a component matters to users of the client alone.
    (rename_variant, set()),
    (
        at(CREATE, lambda o: o["responses"].update({"201": o["responses"].pop("200")})),
        {("changed", f"{CREATE} answer", "status 200 became 201")},
    ),
    (field("Song", "key", TEXT), {("added", "Song.key", "is new")}),
    (
        lambda d: (
            field("Song", "key", TEXT)(d),
            put("Song/required", ["id", "title", "mood", "made_at", "key"])(d),
        ),
        {("added", "Song.key", "is new")},
    ),
    (
        put("Song/required", ["id", "title", "mood", "made_at", "tags"]),
        {("changed", "Song.tags", "is now always there")},
    ),
    (
        put("Song/properties/length/type", "number"),
        {("changed", "Song.length", "is never null any more")},
    ),
    (
        put("Song/properties/length/type", ["integer", "null"]),
        {("changed", "Song.length", "is never number any more")},
    ),
    (
        put("Song/properties/length/minimum", 1),
        {("changed", "Song.length", "minimum 0 became 1")},
    ),
    (
        put("Song/properties/title/deprecated", True),
        {("added", "Song.title", "is now deprecated")},
    ),
    (
        put("Song/properties/title/description", "Name."),
        {("changed", "Song.title", "its description changed")},
    ),
    (
        put("RestFrame", {**TEXT, "x-wire": "songs-server"}),
        {("added", "RestFrame", "a new frame")},
    ),
]

# What comes along with a breaking change: the other half of a replacement.
BESIDES = {
    "a new operation, `songs_remove`",
    "also accepts integer",
    "also accepts string (date-time)",
    "is never string any more",
    "is never string (date-time) any more",
    "`wave` is new",
}


@pytest.mark.parametrize(("edit", "expected"), BREAKING)
def test_breaking_changes_are_found(
    project: Project, edit: Edit, expected: set[tuple[str, str]]
) -> None:
    project.edit_document(edit)
    found = project.changes()
    assert {(place, text) for level, place, text in found if level == "breaking"} == expected
    assert {text for level, _, text in found if level != "breaking"} <= BESIDES


@pytest.mark.parametrize(("edit", "expected"), HARMLESS)
def test_harmless_changes_are_not_called_breaking(
    project: Project, edit: Edit, expected: set[tuple[str, str, str]]
) -> None:
    project.edit_document(edit)
    assert project.changes() == expected


def test_other_spellings_of_the_same_are_no_change(project: Project) -> None:
    """Order, references to a parameter, and ways to write null do not matter."""

    def edit(document: Any) -> None:
        for node in (
            operation(document, LIST)["parameters"],
            operation(document, LIST)["security"],
        ):
            node.reverse()
        parameters = operation(document, LIST)["parameters"]
        document["components"]["parameters"]["Limit"] = parameters.pop()
        parameters.append({"$ref": "#/components/parameters/Limit"})
        length = schemas(document)["Song"]["properties"]["length"]
        number = {"type": length.pop("type")[0], "minimum": length.pop("minimum")}
        length["anyOf"] = [{"type": "null"}, number]
        schemas(document)["Song"]["properties"] = dict(
            reversed(schemas(document)["Song"]["properties"].items())
        )

    project.edit_document(edit)
    assert project.changes() == set()


def test_parts_of_an_object_are_put_together(project: Project) -> None:
    """An `allOf` is one object; what is gone from a part is gone from it."""

    def split(document: Any) -> None:
        song = schemas(document)["Song"]
        titled: Any = {"type": "object", "required": ["title"], "description": "Has a title."}
        titled["properties"] = {"title": song["properties"].pop("title")}
        song["required"].remove("title")
        schemas(document)["Titled"] = titled
        schemas(document)["Song"] = {
            "description": song.pop("description"),
            "allOf": [{"$ref": "#/components/schemas/Titled"}, song],
        }

    project.edit_document(split)
    assert project.changes() == set()
    project.edit_document(drop("Titled/properties/title"))
    assert project.changes() == {("breaking", "Song.title", "is gone")}
