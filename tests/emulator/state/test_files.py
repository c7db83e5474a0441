"""Stored files, and files of datasets, as the API shows them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from cartesia_emulator.state.collection import USER_ID, Collection
from cartesia_emulator.state.files import Dataset, DatasetFile, FileStore, new_file_id

NOW = datetime(2026, 8, 14, tzinfo=UTC)


def test_a_file_is_kept_under_an_id_of_its_own() -> None:
    files = FileStore()
    kept = files.keep("a.wav", b"RIFF", "dataset")
    assert re.fullmatch(r"file_[0-9a-f]{22}", kept.id)
    assert files.get(kept.id).data == b"RIFF"
    assert abs((datetime.now(UTC) - kept.created_at).total_seconds()) < 60
    assert kept.public() == {
        "id": kept.id,
        "filename": "a.wav",
        "purpose": "dataset",
        "size": 4,
        "status": "ready",
        "owner_id": USER_ID,
        "created_at": kept.created_at,
    }


def test_a_file_may_be_kept_under_a_given_id() -> None:
    files = FileStore()
    files.keep("a.wav", b"1", "dataset", "file_1")
    files.keep("b.wav", b"2", "dataset", "file_1")
    assert [(file.id, file.filename) for file in files.all()] == [("file_1", "b.wav")]


def test_ids_do_not_come_twice() -> None:
    assert len({new_file_id() for _ in range(100)}) == 100


def test_the_api_shows_the_size_of_a_file_and_no_bytes() -> None:
    file = DatasetFile(id="1", filename="a.wav", data=b"RIFF", purpose=None, created_at=NOW)
    assert file.public() == {"id": "1", "filename": "a.wav", "size": 4, "created_at": NOW}
    dataset = Dataset(
        id="d", name="Calls", description="", created_at=NOW, files=Collection("file", [file])
    )
    shown = {"id": "d", "name": "Calls", "description": "", "created_at": NOW}
    assert dataset.public() == shown
