"""The plugin for pytest, in the hands of another project."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from cartesia_emulator import Emulator
from cartesia_emulator.cassettes.relay import Cassette
from cartesia_stream import AsyncCartesia, Cartesia

from .conftest import VOICE

STRICT = """
[pytest]
# To load schemathesis anew, for each run of pytest, takes longer than the rest.
addopts = --strict-markers --strict-config -p no:cacheprovider -p no:schemathesis
filterwarnings = error
asyncio_default_fixture_loop_scope = function
"""
APP = """
from cartesia_stream import AsyncCartesia, Cartesia, File

VOICE = "f786b574-daa5-4673-aa0c-cbe3e8534c02"

def greet(text="Good morning!"):
    with Cartesia() as client:
        return client.tts.speak(text, voice=VOICE).collect()

def careless():
    try:
        greet("Who is there?")
    except Exception:
        pass
"""


@pytest.fixture(scope="module", autouse=True)
def imports(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Import all that tests of the plugin will.

    A pytest inside this process drops what it has imported when it ends, and compiled modules do
    not bear a second import.
    """

    async def listen(emulator: Emulator) -> None:
        async with AsyncCartesia(emulator.api_key, base_url=emulator.base_url) as client:
            await client.tts.speak("Hello", voice=VOICE).collect()

    with (
        Emulator(engine="tone") as emulator,
        Cassette(
            tmp_path_factory.mktemp("warm") / "warm.yaml",
            record=True,
            service=emulator.base_url,
            api_key=emulator.api_key,
        ) as cassette,
        Cartesia(emulator.api_key, base_url=cassette.base_url) as client,
    ):
        audio = client.tts.speak("Hello", voice=VOICE).collect()
        client.voices.clone(clip=audio.wav(), name="Mine", language="en")
        emulator.heard(audio)
        asyncio.run(listen(emulator))


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project whose code says `Cartesia()`, in an environment without a key."""
    for name in ("CARTESIA_API_KEY", "CARTESIA_BASE_URL", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeini(STRICT)
    pytester.makepyfile(app=APP)
    pytester.syspathinsert()
    return pytester


def test_code_that_says_cartesia_speaks_to_the_emulator(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import os, app, pytest

        def test_env(cartesia_env, cartesia_emulator):
            audio = app.greet()
            cartesia_emulator.assert_spoken(audio, "good morning")
            assert os.environ["CARTESIA_API_KEY"] == cartesia_emulator.api_key
            assert cartesia_env["CARTESIA_BASE_URL"] == cartesia_emulator.base_url
            assert "127.0.0.1" in os.environ["NO_PROXY"]

        def test_env_ends_with_the_test():
            assert "CARTESIA_API_KEY" not in os.environ

        def test_client(cartesia_client, cartesia_voice):
            assert cartesia_client.voices.get(cartesia_voice).id == cartesia_voice

        @pytest.mark.cartesia(latency=0.1)
        class TestMarked:
            @pytest.mark.cartesia(concurrency=1)
            def test_markers_add_up(self, cartesia_client, cartesia_voice):
                speech = cartesia_client.tts.speak("Hi", voice=cartesia_voice)
                assert speech.collect().time_to_first_audio >= 0.1

            @pytest.mark.cartesia(latency=0)
            def test_the_closest_wins(self, cartesia_emulator):
                assert cartesia_emulator._options.latency == 0
        """
    )
    project.inline_run("-q").assertoutcome(passed=5)


ASYNC = """
import asyncio, pytest
from cartesia_stream import AsyncCartesia

async def speaks(client, voice, emulator):
    async with asyncio.timeout(20):
        audio = await client.tts.speak("Hello there", voice=voice).collect()
    emulator.assert_spoken(audio, "hello there")

@pytest.fixture
def anyio_backend():
    return "asyncio"
"""


def test_the_async_client_works_under_anyio_and_strict_asyncio(project: pytest.Pytester) -> None:
    """In the loop of the test, whichever that is."""
    project.makepyfile(
        f"""
{ASYNC}
import pytest_asyncio

@pytest.mark.anyio
async def test_anyio(async_cartesia_client, cartesia_voice, cartesia_emulator):
    await speaks(async_cartesia_client, cartesia_voice, cartesia_emulator)

@pytest.mark.asyncio
async def test_asyncio(async_cartesia_client, cartesia_voice, cartesia_emulator):
    await speaks(async_cartesia_client, cartesia_voice, cartesia_emulator)

@pytest_asyncio.fixture
async def agent(async_cartesia_client):
    yield async_cartesia_client
    await async_cartesia_client.status.get()  # it is open until all its users have ended

@pytest.mark.asyncio
async def test_a_fixture_that_uses_it(agent, cartesia_voice, cartesia_emulator):
    await speaks(agent, cartesia_voice, cartesia_emulator)

@pytest.mark.asyncio(loop_scope="session")
async def test_session_loop(async_cartesia_client, cartesia_voice, cartesia_emulator):
    await speaks(async_cartesia_client, cartesia_voice, cartesia_emulator)
"""
    )
    project.inline_run("-q").assertoutcome(passed=4)


def test_the_async_client_works_under_auto_asyncio(project: pytest.Pytester) -> None:
    project.makepyfile(
        f"""
{ASYNC}
async def test_auto(async_cartesia_client, cartesia_voice, cartesia_emulator):
    await speaks(async_cartesia_client, cartesia_voice, cartesia_emulator)
"""
    )
    project.inline_run("-q", "-o", "asyncio_mode=auto").assertoutcome(passed=1)


def test_a_project_may_have_an_async_client_of_its_own(project: pytest.Pytester) -> None:
    """Its fixture keeps its loop and its scope."""
    project.makepyfile(
        f"""
{ASYNC}
import pytest_asyncio

@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def async_cartesia_client(cartesia_emulator_session):
    emulator = cartesia_emulator_session
    async with AsyncCartesia(emulator.api_key, base_url=emulator.base_url) as client:
        yield client

@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("turn", [1, 2])
async def test_it(turn, async_cartesia_client, cartesia_voice, cartesia_emulator_session):
    await speaks(async_cartesia_client, cartesia_voice, cartesia_emulator_session)
"""
    )
    project.inline_run("-q").assertoutcome(passed=2)


def test_one_emulator_serves_a_suite_and_is_as_new_for_each_test(project: pytest.Pytester) -> None:
    project.makeconftest(
        """
        import pytest

        @pytest.fixture
        def cartesia_emulator(cartesia_emulator_session):
            cartesia_emulator_session.reset()
            return cartesia_emulator_session
        """
    )
    project.makepyfile(
        """
        import app, pytest

        @pytest.mark.parametrize("turn", [1, 2])
        def test_leaves_traces(turn, cartesia_client, cartesia_emulator):
            assert cartesia_emulator.requests == ()
            assert not cartesia_client.voices.list(is_owner=True).data
            clip = app.greet().wav()
            cartesia_client.voices.clone(clip=clip, name="Mine", language="en")
            cartesia_emulator.inject("status", 401, times=None)

        @pytest.mark.cartesia(latency=1)
        def test_cannot_be_set_up(cartesia_client): ...
        """
    )
    result = project.runpytest_inprocess("-q")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*cartesia_emulator_session serves all tests*"])


def test_a_wrong_marker_says_what_is_right(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        @pytest.mark.cartesia(latancy=1)
        def test_typo(cartesia_client): ...

        @pytest.mark.cartesia(0.2)
        def test_positional(cartesia_client): ...

        @pytest.mark.cartesia(latency=1)
        def test_without_emulator(): ...
        """
    )
    result = project.runpytest_inprocess("-q")
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(
        [
            "*unknown setting 'latancy'; did you mean 'latency'? Settings: engine,*",
            "*settings need names, as in cartesia(latency=0.2); got 0.2",
            "*this test has no emulator to set up; take one of cartesia_emulator, *",
        ]
    )


def test_the_engine_is_an_option_and_a_setting(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import httpx, pytest

        def engine(emulator):
            key = {"Authorization": f"Bearer {emulator.api_key}"}
            return httpx.get(f"{emulator.base_url}/emulator", headers=key).json()["synthesizer"]

        def test_tone(cartesia_emulator):
            assert engine(cartesia_emulator) == "tone"
        """
    )
    project.inline_run("-q").assertoutcome(passed=1)
    wrong = ("-q", "-o", "cartesia_engine=nonsense")
    result = project.runpytest_inprocess(*wrong)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*unknown engine 'nonsense'; known: auto, speech, tone"])
    project.inline_run(*wrong, "--cartesia-engine=tone").assertoutcome(passed=1)


PLUGIN = ("-p", "cartesia_emulator.pytest_plugin")


def alone(project: pytest.Pytester, *options: str) -> pytest.RunResult:
    """Run pytest in a process, without plugins of others, which import what they like."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        return project.runpytest_subprocess("-q", "-c", os.devnull, *options)


def test_runs_that_do_not_use_it_load_the_plugin_and_nothing_else(
    project: pytest.Pytester,
) -> None:
    project.makepyfile("def test_little(): ...")
    project.makeconftest(
        """
        import pathlib, sys

        def pytest_unconfigure(config):
            pathlib.Path("loaded").write_text("\\n".join(sys.modules))
        """
    )
    loaded: list[set[str]] = []
    for options in (), PLUGIN:
        alone(project, *options).assert_outcomes(passed=1)
        loaded.append(set((project.path / "loaded").read_text().split()))
    assert loaded[1] - loaded[0] == {"cartesia_emulator", "cartesia_emulator.pytest_plugin"}


def test_an_emulator_starts_without_an_import_a_file_or_a_process(
    project: pytest.Pytester,
) -> None:
    """So that only the first test of a process waits, for the import of the emulator."""
    project.makepyfile(
        """
        import sys

        SLOW = {"import", "open", "os.listdir", "subprocess.Popen", "os.posix_spawn", "os.fork"}
        seen = []

        def test_start():
            from cartesia_emulator import Emulator

            sys.addaudithook(lambda event, details: seen.append((event, details)))
            seen.clear()
            emulator = Emulator(engine="tone").start()
            happened = [*seen]
            emulator.stop()
            assert "socket.bind" in dict(happened)
            assert [event for event in happened if event[0] in SLOW] == []
        """
    )
    alone(project, *PLUGIN).assert_outcomes(passed=1)


def test_workers_of_xdist_have_emulators_of_their_own(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import app, pytest

        @pytest.mark.parametrize("number", range(8))
        def test_speaks(number, cartesia_env, cartesia_emulator):
            audio = app.greet(f"Number {number}")
            cartesia_emulator.assert_spoken(audio, f"number {number}")
            spoken = [r for r in cartesia_emulator.requests if r.path == "/tts/websocket"]
            assert len(spoken) == 1
        """
    )
    alone(project, *PLUGIN, "-p", "xdist.plugin", "-n2").assert_outcomes(passed=8)


# --- cassettes


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """What stands for the real service."""
    return Emulator(engine="tone", api_key="sk_car_do_not_keep_me")


def recorded(project: pytest.Pytester, service: Emulator, *options: str) -> pytest.RunResult:
    with service, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CARTESIA_API_KEY", service.api_key)
        patch.setenv("CARTESIA_BASE_URL", service.base_url)
        return project.runpytest_inprocess("-q", *(options or ("--cartesia-record=once",)))


def kept(project: pytest.Pytester) -> dict[str, bytes]:
    folder = project.path / "cassettes"
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(Path(path).relative_to(folder)): path.read_bytes() for path in files}


def test_what_was_recorded_is_replayed_without_service_and_key(
    project: pytest.Pytester, service: Emulator
) -> None:
    project.makepyfile(
        test_app="""
        import app, pytest

        class TestGreeting:
            @pytest.mark.parametrize("name", ["Ann", "Bob/Eve"])
            def test_greets(self, name, cartesia_cassette):
                audio = app.greet(f"Good morning, {name}!")
                assert audio.nbytes > 10_000

        @pytest.mark.asyncio
        async def test_clients(cartesia_cassette, cartesia_client, async_cartesia_client):
            assert cartesia_client.voices.list(limit=2).data
            assert (await async_cartesia_client.voices.list(limit=1)).data
        """
    )
    recorded(project, service).assert_outcomes(passed=3)
    first = kept(project)
    assert sorted(first) == [
        "test_app/TestGreeting.test_greets[Ann].audio",
        "test_app/TestGreeting.test_greets[Ann].yaml",
        "test_app/TestGreeting.test_greets[Bob-Eve].audio",
        "test_app/TestGreeting.test_greets[Bob-Eve].yaml",
        "test_app/test_clients.yaml",
    ]
    assert not any(b"do_not_keep" in data for data in first.values())
    project.inline_run("-q").assertoutcome(passed=3)  # the service has stopped
    recorded(project, service).assert_outcomes(passed=3)
    assert kept(project) == first  # once is once
    recorded(project, service, "--cartesia-record=all").assert_outcomes(passed=3)
    assert kept(project) != first


def test_a_request_that_was_not_recorded_fails_the_test(
    project: pytest.Pytester, service: Emulator
) -> None:
    """Even if the code under test swallows the error."""
    project.makepyfile(test_app="import app\ndef test_it(cartesia_cassette): app.greet()")
    recorded(project, service).assert_outcomes(passed=1)
    project.makepyfile(test_app="import app\ndef test_it(cartesia_cassette): app.careless()")
    result = project.runpytest_inprocess("-q")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "GET /tts/websocket: this is not in the cassette *test_it.yaml. *nearest is entry 1:",
            "  transcript: recorded 'Good morning!<end>', asked for 'Who is there?<end>'",
            "Record it with --cartesia-record=all.",
        ]
    )


def test_recording_asks_for_what_it_needs_and_keeps_no_failure(
    project: pytest.Pytester, service: Emulator
) -> None:
    project.makepyfile("import app\ndef test_it(cartesia_cassette): assert not app.greet()")
    result = project.runpytest_inprocess("-q")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["there is no cassette *; record it with --cartesia-record=once"])
    result = project.runpytest_inprocess("-q", "--cartesia-record=once")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["recording asks the real service: set CARTESIA_API_KEY"])
    recorded(project, service).assert_outcomes(failed=1)
    assert kept(project) == {}


def test_each_test_has_a_cassette_of_its_own(project: pytest.Pytester, service: Emulator) -> None:
    """Whatever its name has that a file cannot have."""
    project.makepyfile(
        test_app="""
        import app, pytest

        IDS = ["a/b", "a b", "a-b", "x" * 300 + "1", "x" * 300 + "2"]

        @pytest.mark.parametrize("name", IDS, ids=IDS)
        def test_greets(name, cartesia_cassette):
            app.greet(f"Good morning, {name[-3:]}!")

        class TestAnn:
            class TestVoice:
                def test_greets(self, cartesia_cassette): app.greet("Ann")

        class TestBob:
            class TestVoice:
                def test_greets(self, cartesia_cassette): app.greet("Bob")
        """
    )
    recorded(project, service).assert_outcomes(passed=7)
    first = kept(project)
    assert len(first) == 14
    assert max(map(len, first)) < 160
    project.inline_run("-q").assertoutcome(passed=7)
    recorded(project, service, "--cartesia-record=all").assert_outcomes(passed=7)
    assert sorted(kept(project)) == sorted(first)
    project.inline_run("-q", "-k", "a-b").assertoutcome(passed=1)


def test_a_test_that_passes_when_it_runs_again_is_recorded(
    project: pytest.Pytester, service: Emulator
) -> None:
    project.makeconftest(
        """
        from _pytest.runner import runtestprotocol

        def pytest_runtest_protocol(item, nextitem):
            if runtestprotocol(item, nextitem=nextitem, log=False)[1].failed:
                item._initrequest()
                runtestprotocol(item, nextitem=nextitem)
            return True
        """
    )
    project.makepyfile(
        test_app="""
        import app

        runs = []

        def test_it(cartesia_cassette):
            runs.append(app.greet())
            assert len(runs) == 2
        """
    )
    recorded(project, service).assert_outcomes(passed=1)
    assert sorted(kept(project)) == ["test_app/test_it.audio", "test_app/test_it.yaml"]


def test_a_cassette_that_was_damaged_says_so_in_a_line(
    project: pytest.Pytester, service: Emulator
) -> None:
    project.makepyfile(test_app="import app\ndef test_it(cartesia_cassette): app.greet()")
    recorded(project, service).assert_outcomes(passed=1)
    (project.path / "cassettes/test_app/test_it.audio").unlink()
    result = project.runpytest_inprocess("-q")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*test_it.audio is missing: *--cartesia-record=all"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_cassettes_name_the_extra_that_they_need(project: pytest.Pytester) -> None:
    project.makepyfile("def test_it(cartesia_cassette): ...")
    project.makeconftest("import sys; sys.modules['yaml'] = None")
    result = alone(project, *PLUGIN)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(['cassettes need yaml: pip install "cartesia-stream[[]testing]"'])
