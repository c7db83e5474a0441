"""What the documents show works, and what they name exists."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, get_args
from urllib.parse import urlsplit

import pytest
from cartesia_api.api import Resources

import cartesia_stream
from cartesia_emulator import Emulator
from cartesia_stream import play

from ..network.peers import LOGIN, Certificates, Proxy
from ..scenarios.peer import Peer
from .programs import Programs

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


class Block(NamedTuple):
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks() -> Iterator[Block]:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for fence in FENCE.finditer(text):
            yield Block(page, text.count("\n", 0, fence.start()) + 1, fence[1], fence[2])


def is_command(block: Block) -> bool:
    return "cartesia-stream " in block.text


BLOCKS = list(blocks())
PYTHON = [block for block in BLOCKS if block.language == "python"]
RELAY = ROOT / "examples" / "relay.py"
AGENT = ROOT / "examples" / "agent.py"
TWILIO = ROOT / "examples" / "twilio_bridge.py"
# those with tests of their own, some in other environments
QUOTED = {
    "web-apps.md": [RELAY],
    "agents.md": [AGENT],
    "telephony.md": [TWILIO],
    "integrations.md": sorted((ROOT / "examples" / "integrations").glob("*.py")),
}
COMMANDS = [block for block in BLOCKS if block.language == "sh" and is_command(block)]
SETUP = [block for block in BLOCKS if block.language == "sh" and not is_command(block)]
# demo.py takes long; a server, and programs with arguments, have tests of their own
ELSEWHERE = {"demo.py", "relay.py", "twilio_bridge.py", "narrate.py", "narrate_ray.py"}
EXAMPLES = sorted(path for path in (ROOT / "examples").glob("*.py") if path.name not in ELSEWHERE)


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """The environment of a program that is to speak with an emulator."""
    with Emulator(engine="tone") as emulator:
        yield os.environ | {
            "CARTESIA_BASE_URL": emulator.base_url,
            "CARTESIA_API_KEY": emulator.api_key,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "NO_PROXY": "127.0.0.1",
        }


def run(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_are_blocks_to_run() -> None:
    assert len(PYTHON) >= 9
    assert len(COMMANDS) >= 2


@pytest.fixture
def company(tmp_path: Path, environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment in a company: a service with a private root, behind a proxy with a login."""
    certificates = Certificates(tmp_path)
    service = urlsplit(environment["CARTESIA_BASE_URL"])
    address = (service.hostname or "", service.port or 80)
    front = Peer(lambda peer: peer.relay(address), tls=certificates.server(demands=True))
    with front, Proxy(front, login=LOGIN) as proxy:
        yield environment | {
            "CARTESIA_BASE_URL": front.base_url,
            "COMPANY_ROOT": certificates.root,
            "COMPANY_CERTIFICATE": certificates.own,
            "COMPANY_PROXY": proxy.url,
        }


@pytest.fixture(scope="module")
def programs() -> Iterator[Programs]:
    with Programs() as programs:
        yield programs


@pytest.mark.parametrize("block", PYTHON, ids=lambda block: block.name)
def test_a_python_block_runs(
    block: Block, tmp_path: Path, request: pytest.FixtureRequest, programs: Programs
) -> None:
    surroundings = request.getfixturevalue("company" if "COMPANY_" in block.text else "environment")
    script = tmp_path / "test_block.py"
    script.write_text(block.text, encoding="utf-8")
    if "def test_" in block.text:
        # pytest-asyncio warns until this is set; to load schemathesis takes longer than the rest
        options = ["-o", "asyncio_default_fixture_loop_scope=function", "-p", "no:schemathesis"]
        runner = ["-m", "pytest", "-q", *options]
        assert run([sys.executable, "-W", "error", *runner, script.name], tmp_path, surroundings)
    else:
        assert programs.run(script.name, tmp_path, surroundings)


@pytest.mark.slow  # each line starts an interpreter; tests/cli runs the same commands without one
@pytest.mark.parametrize("block", COMMANDS, ids=lambda block: block.name)
def test_a_block_of_commands_runs(
    block: Block, tmp_path: Path, environment: dict[str, str]
) -> None:
    run(["sh", "-eu", "-c", block.text], tmp_path, environment)
    assert bool(list(tmp_path.glob("*.wav"))) == (".wav" in block.text)


@pytest.mark.parametrize("block", SETUP, ids=lambda block: block.name)
def test_a_block_to_set_up_names_what_there_is(block: Block) -> None:
    for line in block.text.splitlines():
        make = re.fullmatch(r"make ([a-z-]+)", line)
        assert (make and make[1] in TARGETS) or line.startswith("pip install "), line


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs(
    example: Path, tmp_path: Path, environment: dict[str, str], programs: Programs
) -> None:
    shutil.copy(example, tmp_path)
    assert programs.run(example.name, tmp_path, environment)


def test_pages_quote_the_examples_that_they_explain() -> None:
    """Each of their blocks of code stands in the example, which has tests of its own."""
    quotes = [block for block in BLOCKS if block.language == "py"]
    assert {block.page.name for block in quotes} == set(QUOTED)
    for quote in quotes:
        programs = [path.read_text(encoding="utf-8") for path in QUOTED[quote.page.name]]
        assert any(quote.text in program for program in programs), quote.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_names_exists(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (page.parent / target).exists(), target
    # paths and files, but no media types
    path = r"`((?!audio/|application/|text/)[a-z_/.]+/[\w/.]*|\w+\.(?:py|md|yaml))`"
    for name in re.findall(path, text):
        package = ROOT / "cartesia_stream"
        places = (ROOT, ROOT / "docs", package, package / "_aio", package / "v0")
        assert any((place / name).exists() for place in places), name


def test_every_error_has_a_section_that_says_what_to_do() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### (\w+)\n((?:(?!#).*\n)*)", page, re.MULTILINE))
    everywhere = (*cartesia_stream.__all__, *play.__all__)
    assert set(sections) == {name for name in everywhere if name.endswith("Error")}
    for name, text in sections.items():
        assert "**When:**" in text, name
        assert "**What to do:**" in text, name


def test_the_page_of_errors_names_every_deadline() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    section = page[page.index("### APITimeoutError") : page.index("### ConnectionClosedError")]
    assert first_cells(section) == set(get_args(cartesia_stream.TimeoutPhase))


def first_cells(text: str) -> set[str]:
    """Return the names in the first column of the tables."""
    rows = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([\w-]+)`", row)}


def test_a_page_names_every_resource() -> None:
    page = (ROOT / "docs" / "voices.md").read_text(encoding="utf-8")
    resources = {name for name in vars(Resources) if not name.startswith("_")}
    missing = {name for name in resources if f"`{name}`" not in page}
    assert missing == {"tts", "stt", "voices"}


def test_the_extras_of_the_page_are_those_of_the_package() -> None:
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = set(settings["project"]["optional-dependencies"])
    assert first_cells(page) == extras


def test_the_readme_is_one_screen_and_names_both_commands() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(list(filter(None, lines))) <= 80
    assert {"make demo", "make test"} <= set(lines)


def test_the_deadlines_of_the_page_are_those_of_the_code() -> None:
    page = (ROOT / "docs" / "deadlines.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|.*\| (\d+) s \|$", page, re.MULTILINE)
    code = cartesia_stream.DEFAULT_TIMEOUTS
    assert dict(rows) == {
        name: f"{getattr(code, name):g}" for name in cartesia_stream.Timeouts.__struct_fields__
    }


def test_the_page_has_the_states_of_the_code() -> None:
    script = ROOT / "tools" / "draw_context.py"
    done = subprocess.run([sys.executable, str(script), "--check"], check=False)
    assert done.returncode == 0


def test_the_changelog_knows_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{cartesia_stream.__version__}]" in changelog
    assert "## [Unreleased]" in changelog
