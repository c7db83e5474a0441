from pathlib import Path

import pytest

from cartesia_emulator import Emulator

from .conftest import Run


@pytest.fixture
def clip(emulator: Emulator, run: Run, tmp_path: Path) -> str:
    assert run("say", "A clip to clone a voice from.", "-o", "clip.wav").status == 0
    return "clip.wav"


def clone(run: Run, clip: str, name: str) -> str:
    return run("clone", clip, "--name", name, "--language", "en").stdout.decode().strip()


def test_the_list_is_a_table_of_every_page(emulator: Emulator, run: Run) -> None:
    listed = run("voices", "list")
    assert listed.status == 0
    assert len(listed.lines) > 5
    assert all(len(line.split()[0]) == 36 for line in listed.lines)
    assert not listed.stderr


def test_the_list_can_be_narrowed(emulator: Emulator, run: Run) -> None:
    assert len(run("voices", "list", "--limit", "2").lines) == 2
    assert all("Walter" in line for line in run("voices", "list", "Walter").lines)
    women = run("voices", "list", "--gender", "feminine", "--language", "en", "--json").objects
    assert women
    assert {woman["gender"] for woman in women} == {"feminine"}
    assert run("voices", "list", "--mine") == (0, b"", "")


def test_a_voice_is_shown_by_id_and_by_name(emulator: Emulator, run: Run) -> None:
    first = run("voices", "list", "--limit", "1", "--json").objects[0]
    by_id = run("voices", "get", first["id"])
    assert by_id == run("voices", "get", first["name"].upper())
    assert f"id           {first['id']}" in by_id.lines
    assert run("voices", "get", first["name"], "--json").objects[0]["id"] == first["id"]


def test_a_voice_is_cloned_renamed_used_and_deleted(
    emulator: Emulator, run: Run, clip: str
) -> None:
    voice = clone(run, clip, "Mine")
    assert [line.split()[0] for line in run("voices", "list", "--mine").lines] == [voice]
    renamed = run("voices", "update", voice, "--name", "Hers", "--description", "A voice", "--json")
    assert renamed.objects[0]["name"] == "Hers"
    assert run("say", "It is me.", "--voice", "hers", "-o", "me.wav").status == 0
    assert run("voices", "delete", voice) == (0, b"", "")
    gone = run("voices", "get", voice)
    assert gone.status == 1
    assert gone.error.startswith("404 voice_not_found")


def test_cloning_can_answer_in_json(emulator: Emulator, run: Run, clip: str) -> None:
    made = run("clone", clip, "--name", "Mine", "--language", "en", "--description", "x", "--json")
    assert made.objects[0]["name"] == "Mine"
    assert made.objects[0]["description"] == "x"


def test_a_name_that_fits_several_voices_is_refused(
    emulator: Emulator, run: Run, clip: str
) -> None:
    for name in ("Twin one", "Twin two"):
        clone(run, clip, name)
    failed = run("voices", "get", "Twin")
    assert failed.status == 2
    assert "2 voices are named 'Twin'" in failed.error
    assert run("voices", "get", "twin two").status == 0


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("voices", "delete", "Walter"), 2, "not the id of a voice"),
        (("voices", "update", "Walter", "--name", "x"), 2, "not the id of a voice"),
        (("voices", "update", "Walter"), 2, "nothing to change"),
        (("clone", "nofile.wav", "--name", "x", "--language", "en"), 2, "nofile.wav: No such file"),
    ],
)
def test_wrong_calls_are_told_in_one_line(
    emulator: Emulator, run: Run, arguments: tuple[str, ...], status: int, message: str
) -> None:
    failed = run(*arguments)
    assert failed.status == status
    assert message in failed.error


def test_a_voice_that_is_gone_does_not_keep_the_others_from_their_turn(
    emulator: Emulator, run: Run
) -> None:
    gone = "00000000-0000-4000-8000-000000000000"
    assert run("say", "Good morning to all of you out there.", "-o", "a.wav").status == 0
    (voice,) = run("clone", "a.wav", "--name", "Mine", "--language", "en").lines
    deleted = run("voices", "delete", gone, voice)
    assert deleted.status == 1
    assert deleted.stderr.startswith(f"cartesia-stream: error: {gone}: 404 voice_not_found")
    assert run("voices", "list", "--mine").lines == []
