"""A cassette as plain data: bodies that people can read, and the two files that hold them.

``test_name.yaml`` holds the conversation, ``test_name.audio`` the audio, to which the first refers
by ``!audio 9600 @ 4800``: 9600 bytes from byte 4800 on. So a difference between two versions of a
cassette shows words, and not base64.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import itertools
import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, cast
from urllib.parse import quote

import yaml
from cartesia_runtime.saving import replacing

from ..errors import ApiError
from ..wire.multipart import Form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

__all__ = ["Audio", "Redactor", "Tape", "json_bytes", "owner_of", "readable", "written"]

Value: TypeAlias = "dict[str, object]"
"""A body or message: one member, ``json``, ``text``, ``form``, ``events``, ``lines``, ``audio`` or
``bytes``, says what it is."""

# PyYAML's stubs leave some types out.
_dump: Final = cast("Callable[..., str]", yaml.dump)  # pyright: ignore[reportUnknownMemberType]
REDACTED: Final = "REDACTED"
_NAMES: Final = r"[\w-]*(?:api[-_]?key|token|secret|password|signature)"
_SECRET_NAME: Final = re.compile(rf"(?i)(?:{_NAMES}|(?:proxy-)?authorization|(?:set-)?cookie)")
_SECRET_QUERY: Final = re.compile(
    rf"(?i)(?<![\w-])({_NAMES}|sig|policy|key-pair-id|x-amz-[a-z-]+|x-goog-[a-z-]+)=[^&\s\"']+"
)
_SECRET_TEXT: Final = re.compile(
    # Digits, or small letters before capitals, tell a credential from a word.
    r"(?P<before>\b(?i:Bearer|Basic) )(?=\S*(?:[\d_]|[a-z][A-Z]))[\w.~+/=-]{8,}"
    r"|(?P<scheme>\b[A-Za-z][A-Za-z0-9+.-]*://)[^\s/@]+(?=@)"
    r"|\bsk_car_\w{8,}"
    r"|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"  # a JSON web token
)
_LINE: Final = re.compile(r"(data: ?)?(\{.*\})")
_FORMAT: Final = 1
_LEARNED_LENGTH: Final = 8
_TEST: Final = "# Test: "


class Audio(NamedTuple):
    """A place in the file of audio."""

    length: int
    start: int


class Redactor:
    """Takes keys and tokens out of everything that a cassette keeps.

    Args:
        secrets: Texts that must not appear, wherever they stand.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: dict[str, set[str]] = {}
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str | None) -> None:
        """Learn one more secret."""
        if secret and secret not in self._secrets:
            self._secrets[secret] = _forms(secret)

    def text(self, text: str) -> str:
        """Redact a text."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            for form in self._secrets[secret]:
                text = text.replace(form, REDACTED)
        text = _SECRET_QUERY.sub(rf"\1={REDACTED}", text)
        return _SECRET_TEXT.sub(_redacted, text)

    def value(self, value: object) -> object:
        """Redact JSON; learn the tokens that it issues."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(item) for item in cast("list[object]", value)]
        if isinstance(value, dict):
            fields = cast("dict[str, object]", value)
            secret = {
                name: item
                for name, item in fields.items()
                if isinstance(item, str) and item and _SECRET_NAME.fullmatch(name)
            }
            for item in secret.values():
                if _tells_itself(item):
                    self.add(item)
            return {
                self.text(name): REDACTED if name in secret else self.value(item)
                for name, item in fields.items()
            }
        return value


def _tells_itself(secret: str) -> bool:
    """Whether a secret is no word or number that other texts may have too."""
    has_both = any(map(str.isalpha, secret)) and any(map(str.isdigit, secret))
    return has_both or len(secret) >= _LEARNED_LENGTH


def _forms(secret: str) -> set[str]:
    """Return a secret as it stands in texts, in JSON and in URLs."""
    in_json = json.dumps(secret)[1:-1]
    in_urls = {quote(secret, safe=safe, errors="replace") for safe in ("", "/")}
    return {secret, in_json, in_json.replace("/", "\\/")} | in_urls


def _redacted(found: re.Match[str]) -> str:
    return f"{found['before'] or found['scheme'] or ''}{REDACTED}"


class Tape:
    """The exchanges of a cassette, and its audio.

    Args:
        path: The file that ends with ``.yaml``.

    Attributes:
        exchanges: What was said, in order.
        test: The test that it was recorded for.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.exchanges: list[dict[str, object]] = []
        self.test: str = ""
        self._audio = bytearray()
        self._places: dict[bytes, Audio] = {}

    @property
    def audio_path(self) -> Path:
        """The file of audio beside it."""
        return self.path.with_suffix(".audio")

    def keep(self, audio: bytes) -> Audio:
        """Add audio; the same audio is kept once."""
        digest = hashlib.sha256(audio).digest()
        if digest not in self._places:
            self._places[digest] = Audio(len(audio), len(self._audio))
            self._audio += audio
        return self._places[digest]

    def play(self, place: Audio) -> bytes:
        """Return the audio of a place."""
        return bytes(self._audio[place.start : place.start + place.length])

    def save(self) -> None:
        """Write both files, or only the first if there is no audio."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = _dump(
            {"cassette": _FORMAT, "exchanges": self.exchanges},
            Dumper=_Dumper,
            sort_keys=False,
            default_flow_style=None,  # a frame is a line or two
            allow_unicode=True,
            width=100,
        )
        head = f"{_TEST}{json.dumps(self.test)}\n" if self.test else ""
        if self._audio:
            with replacing(self.audio_path) as file:
                file.write(self._audio)
        with replacing(self.path) as file:
            file.write(f"# Recorded for tests; see --cartesia-record.\n{head}{text}".encode())
        if not self._audio:
            self.audio_path.unlink(missing_ok=True)

    def load(self) -> None:
        """Read both files.

        Raises:
            ValueError: If it is no cassette, or one of a later format.
        """
        try:
            found: object = yaml.load(self.path.read_text("utf-8"), _Loader)  # noqa: S506 - a SafeLoader
        except (yaml.YAMLError, ValueError) as error:
            raise ValueError(f"{self.path} is no cassette: {error}") from error
        held = cast("dict[str, object]", found) if isinstance(found, dict) else {}
        exchanges = held.get("exchanges")
        if held.get("cassette") != _FORMAT or not isinstance(exchanges, list):
            raise ValueError(f"{self.path} is no cassette of format {_FORMAT}")
        self.exchanges = cast("list[dict[str, object]]", exchanges)
        if self.audio_path.exists():
            self._audio = bytearray(self.audio_path.read_bytes())

    def check(self) -> None:
        """Check that it can be replayed.

        Raises:
            ValueError: If it was damaged.
        """
        for number, exchange in enumerate(cast("list[object]", self.exchanges), start=1):
            if wrong := _wrong(exchange):
                raise ValueError(f"{self.path} was damaged: entry {number} {wrong}")
        end = max((place.start + place.length for place in _places(self.exchanges)), default=0)
        if end > len(self._audio):
            missing = "is missing" if not self.audio_path.exists() else "is too short"
            raise ValueError(
                f"{self.audio_path} {missing}: {self.path.name} needs {end} bytes of it, "
                f"and there are {len(self._audio)}"
            )


def owner_of(path: Path) -> str:
    """Return which test a cassette was recorded for, or nothing if it does not say so."""
    with contextlib.suppress(OSError, ValueError), path.open(encoding="utf-8") as file:
        for line in itertools.takewhile(lambda line: line.startswith("#"), file):
            if line.startswith(_TEST):
                return str(json.loads(line.removeprefix(_TEST)))
    return ""


def _wrong(exchange: object) -> str:
    """Return what an exchange lacks, or nothing."""
    if not isinstance(exchange, dict):
        return "is no entry"
    fields = cast("dict[str, object]", exchange)
    messages = fields.get("messages", [])
    if not isinstance(fields.get("request"), str):
        return "has no request"
    if not isinstance(fields.get("status"), int):
        return "has no status"
    if not isinstance(fields.get("headers", {}), dict):
        return "has headers without names"
    if not isinstance(messages, list):
        return "has no list of messages"
    for place, item in enumerate(cast("list[object]", messages), start=1):
        entry = cast("dict[str, object]", item) if isinstance(item, dict) else {}
        held = entry.get("send", entry.get("receive"))
        if not isinstance(held, dict) and not isinstance(entry.get("close"), int):
            return f"has no send, receive or close in message {place}"
    return ""


def _places(value: object) -> Iterator[Audio]:
    """Find all places of audio in what a cassette holds."""
    if isinstance(value, Audio):
        yield value
    elif isinstance(value, (list, dict)):
        held = cast("list[object] | dict[str, object]", value)
        for item in held.values() if isinstance(held, dict) else held:
            yield from _places(item)


def readable(tape: Tape, redactor: Redactor, content_type: str, body: bytes) -> Value:
    """Return a body in the form that a cassette keeps."""
    kind = content_type.partition(";")[0].strip().lower()
    if not body:
        return {}
    if kind == "multipart/form-data":
        try:
            return {"form": _form(redactor, Form(content_type, body))}
        except ApiError:
            return _digest(body)
    if kind.startswith("audio/"):
        return {"audio": tape.keep(body)}
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return {"audio": tape.keep(body)}
    if kind == "text/event-stream" and (events := _events(tape, redactor, text)) is not None:
        return {"events": events}
    found = message(tape, redactor, text)
    if "text" in found and (lines := _lines(tape, redactor, text)) is not None:
        return {"lines": lines}
    return found


def message(tape: Tape, redactor: Redactor, text: str) -> Value:
    """Return a text message, or a body, in the form that a cassette keeps."""
    try:
        value: object = json.loads(text)
    except ValueError:
        return {"text": redactor.text(text)}
    if not isinstance(value, (dict, list)):
        return {"text": redactor.text(text)}
    return {"json": _folded(tape, redactor.value(cast("object", value)))}


def written(tape: Tape, value: Value) -> bytes:
    """Return the bytes of a body that `readable` took apart."""
    match value:
        case {"json": content}:
            return json_bytes(tape, content)
        case {"text": str(text)}:
            return text.encode()
        case {"lines": _}:
            lines = cast("list[Value]", value["lines"])
            return b"\n".join(_line(tape, line) for line in lines)
        case {"audio": Audio() as place}:
            return tape.play(place)
        case _:
            return b""


def json_bytes(tape: Tape, value: object) -> bytes:
    """Return JSON with its audio in it."""
    return json.dumps(_unfolded(tape, value), ensure_ascii=False, separators=(",", ":")).encode()


def _form(redactor: Redactor, form: Form) -> dict[str, object]:
    """Return the fields of a form, without the boundary, and files as what identifies them."""
    fields: dict[str, object] = {}
    for name, parts in form.items():
        values: list[object] = []
        for part in parts:
            if part.filename is None:
                values.append(redactor.text(part.data.decode("utf-8", "replace")))
            else:
                values.append({"filename": part.filename} | _digest(part.data))
        fields[name] = values[0] if len(values) == 1 else values
    return fields


def _digest(data: bytes) -> Value:
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _events(tape: Tape, redactor: Redactor, text: str) -> list[object] | None:
    """Return the events of a stream, or None if it is not written as the standard says."""
    events: list[object] = []
    *whole, rest = re.split(r"\r\n\r\n|\n\n|\r\r", text.removeprefix("\ufeff"))
    if rest.strip():
        return None
    for block in whole:
        event: dict[str, object] = {}
        data: list[str] = []
        for line in re.split(r"\r\n|\n|\r", block):
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "data":
                data.append(value)
            elif name in ("event", "id", "retry"):
                event[name] = redactor.text(value)
        if data:
            event |= message(tape, redactor, "\n".join(data))
        if event:
            events.append(event)
    return events


def _lines(tape: Tape, redactor: Redactor, text: str) -> list[object] | None:
    """Return the lines of a stream of v0, objects of JSON, or None if the first one is none."""
    lines: list[object] = []
    for line in text.split("\n"):
        found = _LINE.fullmatch(line)
        value = message(tape, redactor, found[2] if found else line)
        if not lines and "json" not in value:
            return None
        lines.append(value | {"before": found[1]} if found and found[1] else value)
    return lines


def _line(tape: Tape, value: Value) -> bytes:
    return str(value.get("before", "")).encode() + written(tape, value)


def _folded(tape: Tape, value: object) -> object:
    """Replace base64 under the name ``data`` by a place in the audio."""
    if isinstance(value, list):
        return [_folded(tape, item) for item in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    folded: dict[str, object] = {}
    for name, item in cast("dict[str, object]", value).items():
        audio = _base64(item) if name == "data" and isinstance(item, str) else b""
        folded[name] = tape.keep(audio) if audio else _folded(tape, item)
    return folded


def _base64(text: str) -> bytes:
    """Decode base64 of the one form that encoding gives back; return nothing for other texts."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if base64.b64encode(data).decode() == text else b""


def _unfolded(tape: Tape, value: object) -> object:
    if isinstance(value, Audio):
        return base64.b64encode(tape.play(value)).decode()
    if isinstance(value, list):
        return [_unfolded(tape, item) for item in cast("list[object]", value)]
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        return {name: _unfolded(tape, item) for name, item in fields.items()}
    return value


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:  # what is equal is written out each time
        return True


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {  # noqa: RUF012 - as PyYAML declares it; JSON has no dates
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _dump_audio(_: yaml.SafeDumper, place: Audio) -> yaml.Node:
    return yaml.ScalarNode("!audio", f"{place.length} @ {place.start}")


def _dump_text(_: yaml.SafeDumper, text: str) -> yaml.Node:
    # Unquoted, PyYAML reads a NEL, which Windows' texts have for an ellipsis, as the end of a line.
    style = '"' if "\x85" in text else "|" if "\n" in text else None
    return yaml.ScalarNode("tag:yaml.org,2002:str", text, style=style)


def _load_audio(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Audio:
    text = str(loader.construct_scalar(node))
    found = re.fullmatch(r"([0-9]+) @ ([0-9]+)", text)
    if found is None:
        raise yaml.constructor.ConstructorError(
            problem=f"{text!r} is no place of audio", problem_mark=node.start_mark
        )
    return Audio(int(found[1]), int(found[2]))


_Dumper.add_representer(Audio, _dump_audio)
_Dumper.add_representer(str, _dump_text)
_Loader.add_constructor("!audio", _load_audio)
