"""Each kind of change of the generated client, seeded alone: exactly that one is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.client_changes import client_changes
from tools.document_changes import Uses

if TYPE_CHECKING:
    from .conftest import Project

SONGS = "api/songs/__init__.py"
LISTS = "cartesia_api.api.songs: Songs.list, Songs.iter_all, AsyncSongs.list, AsyncSongs.iter_all"

BREAKING = [
    # Methods
    (
        SONGS,
        "def delete(",
        "def remove(",
        {("cartesia_api.api.songs: Songs.delete, AsyncSongs.delete", "is gone")},
    ),
    (
        SONGS,
        "class AsyncSongs:",
        "class AsyncSong:",
        {("cartesia_api.api.songs: AsyncSongs", "is gone")},
    ),
    (
        "api/__init__.py",
        "def songs(",
        "def tunes(",
        {("cartesia_api.api: Resources.songs, AsyncResources.songs", "is gone")},
    ),
    (
        SONGS,
        "async def delete(",
        "def delete(",
        {("cartesia_api.api.songs: AsyncSongs.delete", "is no longer awaited")},
    ),
    # Arguments
    (
        SONGS,
        "        limit: int | Unset = UNSET,\n",
        "",
        {(LISTS, "the argument `limit` is gone")},
    ),
    (
        SONGS,
        "limit: int | Unset = UNSET,",
        "limit: int,",
        {(LISTS, "the argument `limit` is now required")},
    ),
    (
        SONGS,
        "mood: Mood | Unset = UNSET,",
        "mood: Mood | Unset = UNSET,\n        key: str,",
        {
            (
                LISTS,
                "a new argument, `key`, which is required",
            )
        },
    ),
    (
        SONGS,
        "        genre: Genre | str | Unset = UNSET,",
        "        genre: Genre | Unset = UNSET,",
        {
            (
                "cartesia_api.api.songs: Songs.create, AsyncSongs.create",
                "the argument `genre` no longer takes `str`",
            )
        },
    ),
    (
        SONGS,
        "def delete(self, id: str, *,",
        "def delete(self, *, id: str,",
        {
            (
                "cartesia_api.api.songs: Songs.delete, AsyncSongs.delete",
                "the argument `id` must now be named",
            )
        },
    ),
    (
        SONGS,
        "def delete(self, id: str, *,",
        "def delete(self, album: str = '', id: str = '', *,",
        {
            (
                "cartesia_api.api.songs: Songs.delete, AsyncSongs.delete",
                "its positional arguments are in another order",
            )
        },
    ),
    # Results
    (
        SONGS,
        "-> SongPage:",
        "-> SongPage | None:",
        {
            ("cartesia_api.api.songs: Songs.list", "may now return `None`"),
        },
    ),
    (
        SONGS,
        "-> Iterator[Song]:",
        "-> Iterator[Song | str]:",
        {("cartesia_api.api.songs: Songs.iter_all", "may now return `Iterator[Song | str]`")},
    ),
    (
        SONGS,
        "-> Song:",
        "-> str:",
        {("cartesia_api.api.songs: Songs.create, AsyncSongs.create", "may now return `str`")},
    ),
    # Models
    (
        "models/song.py",
        "class Song(",
        "class Tune(",
        {("cartesia_api.models.song: Song", "is gone")},
    ),
    (
        "models/song.py",
        "    title: str\n",
        "",
        {("cartesia_api.models.song: Song.title", "is gone")},
    ),
    (
        "models/song.py",
        "    title: str\n",
        "    title: str | Unset = UNSET\n",
        {("cartesia_api.models.song: Song.title", "may now be `Unset`")},
    ),
    (
        "models/song.py",
        "    made_at: datetime.datetime\n",
        "    made_at: str\n",
        {("cartesia_api.models.song: Song.made_at", "may now be `str`")},
    ),
    (
        "models/create_song_request.py",
        "    speed: float | Unset = UNSET\n",
        "    speed: int | Unset = UNSET\n",
        {
            (
                "cartesia_api.models.create_song_request: CreateSongRequest.speed",
                "no longer takes `float`",
            )
        },
    ),
    (
        "models/create_song_request.py",
        "    speed: float | Unset = UNSET\n",
        "    speed: float\n",
        {("cartesia_api.models.create_song_request: CreateSongRequest.speed", "is now required")},
    ),
    (
        "models/create_song_request.py",
        "    speed: float | Unset = UNSET\n",
        "    speed: float | Unset = UNSET\n    key: str\n",
        {("cartesia_api.models.create_song_request: CreateSongRequest.key", "is new and required")},
    ),
    (
        "models/song.py",
        "class Song(Model):",
        "class Song:",
        {("cartesia_api.models.song: Song", "is no longer a `Model`")},
    ),
    (
        "models/mood.py",
        'Literal["calm", "glad", "sad"]',
        'Literal["calm", "glad"]',
        {("cartesia_api.models.mood: Mood", "`Literal['sad']` is gone")},
    ),
    # The runtime
    (
        "cartesia_runtime/sender.py",
        "def malformed_error(",
        "def reject(",
        {
            (
                "cartesia_runtime.sender: Sender.malformed_error, AsyncSender.malformed_error",
                "is gone",
            )
        },
    ),
    (
        "cartesia_runtime/downloads.py",
        "        request_id: str | None = None,\n",
        "",
        {
            (
                "cartesia_runtime.downloads: Download.__init__, AsyncDownload.__init__",
                "the argument `request_id` is gone",
            )
        },
    ),
    (
        "cartesia_runtime/files.py",
        "    File | Uploadable | bytes | ",
        "    File | Uploadable | ",
        {("cartesia_runtime.files: UploadFile", "`bytes` is gone")},
    ),
    (
        "api/__init__.py",
        '__all__ = ["AsyncResources", "Resources"]',
        '__all__ = ["Resources"]',
        {("cartesia_api.api: __all__: AsyncResources", "is gone")},
    ),
]

HARMLESS = [
    (SONGS, '"""List songs.', '"""List all songs.', set()),
    ("models/song.py", "\n    id: str\n    title: str\n", "\n    title: str\n    id: str\n", set()),
    ("cartesia_runtime/sender.py", "def _can_be_read_again(", "def _rereadable(", set()),
    (SONGS, "from ...models.song import Song\n", "from ...models import song\n", set()),
    (
        SONGS,
        "mood: Mood | Unset = UNSET,",
        "mood: Mood | Unset = UNSET,\n        key: str | Unset = UNSET,",
        {
            (
                "added",
                LISTS,
                "a new argument, `key`",
            )
        },
    ),
    (
        SONGS,
        "limit: int | Unset = UNSET,",
        "limit: float | Unset = UNSET,",
        {
            (
                "added",
                LISTS,
                "the argument `limit` also takes `float`",
            )
        },
    ),
    # A `str` takes every value of an enumeration of text.
    (
        SONGS,
        "genre: Genre | str | Unset = UNSET,",
        "genre: str | Unset = UNSET,",
        set(),
    ),
    (
        SONGS,
        "genre: Genre | str | Unset = UNSET,",
        "genre: object = UNSET,",
        {
            (
                "added",
                "cartesia_api.api.songs: Songs.create, AsyncSongs.create",
                "the argument `genre` also takes `object`",
            )
        },
    ),
    (
        SONGS,
        "def delete(self, id: str, *,",
        "def delete(self, id: str = '', *,",
        {
            (
                "added",
                "cartesia_api.api.songs: Songs.delete, AsyncSongs.delete",
                "the argument `id` is now optional",
            )
        },
    ),
    (
        "models/song.py",
        "    length: float | None | Unset = UNSET\n",
        "    length: float | Unset = UNSET\n",
        {
            (
                "changed",
                "cartesia_api.models.song: Song.length",
                "will not be `None` any more",
            )
        },
    ),
    # Users read the models of answers and do not make them.
    (
        "models/song.py",
        "    title: str\n",
        "    title: str\n    key: str\n",
        {("added", "cartesia_api.models.song: Song.key", "is new")},
    ),
    # Requests take any genre.
    (
        "models/genre.py",
        'Literal["jazz", "rock"]',
        'Literal["jazz"]',
        {("changed", "cartesia_api.models.genre: Genre", "`Literal['rock']` is gone")},
    ),
    (
        "models/mood.py",
        'Literal["calm", "glad", "sad"]',
        'Literal["calm", "glad", "sad", "wild"]',
        {("added", "cartesia_api.models.mood: Mood", "`Literal['wild']` is new")},
    ),
]


@pytest.mark.parametrize(("path", "old", "new", "expected"), BREAKING)
def test_breaking_changes_are_found(
    project: Project, path: str, old: str, new: str, expected: set[tuple[str, str]]
) -> None:
    project.edit_client(path, old, new)
    found = project.changes()
    assert {(place, text) for level, place, text in found if level == "breaking"} == expected
    beside = {text for level, _, text in found if level != "breaking"}
    assert beside <= {"is new", "a new argument, `album`", "the argument `id` is now optional"}


@pytest.mark.parametrize(("path", "old", "new", "expected"), HARMLESS)
def test_harmless_changes_are_not_called_breaking(
    project: Project, path: str, old: str, new: str, expected: set[tuple[str, str, str]]
) -> None:
    project.edit_client(path, old, new)
    assert project.changes() == expected


def test_the_machinery_of_generated_code_is_not_for_users(project: Project) -> None:
    project.edit_client("cartesia_runtime/decoding.py", "def checked(", "def verified(")
    assert project.changes() == set()


def test_modules_come_and_go(project: Project) -> None:
    path = "generated/cartesia_api/models/"
    (project.root / path / "song.py").rename(project.root / path / "tune.py")
    assert project.changes() == {
        ("breaking", "cartesia_api.models.song", "the module is gone"),
        ("added", "cartesia_api.models.tune", "a new module"),
    }


MANAGERS = """
class Calls:
    def audio(self) -> AbstractContextManager[Response]:
        return audio.stream()
"""
GENERATOR = """
class Calls:
    @contextmanager
    def audio(self) -> Iterator[Response]:
        yield
"""


def test_both_ways_to_write_a_context_manager_are_one() -> None:
    """The templates write the second for a method that uploads files."""
    uses = Uses(set(), set(), set())
    assert client_changes({"calls.py": MANAGERS}, {"calls.py": GENERATOR}, uses) == []
    assert client_changes({"calls.py": GENERATOR}, {"calls.py": MANAGERS}, uses) == []
    plain = GENERATOR.replace("    @contextmanager\n", "")
    assert client_changes({"calls.py": GENERATOR}, {"calls.py": plain}, uses) != []
