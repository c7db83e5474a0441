"""Requests that mean something: real ids in the place of random ones.

Ids are strings to the document. A random one is never found, so that nothing but refusals would
be seen; most requests that are meant to be valid therefore get the id of something that is there.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import quote

import httpx
from schemathesis import GenerationMode

from cartesia_emulator.catalog import VERSIONS
from tests.schemathesis.document import CLIP, KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartesia_emulator import Emulator

VOICE: Final = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"
_HEADERS: Final = {"Cartesia-Version": "2026-08-14", "Authorization": f"Bearer {KEY}"}
_FILE: Final = {"file": ("clip.wav", CLIP)}


class World:
    """An emulator, and what is to be found in it."""

    def __init__(self, emulator: Emulator) -> None:
        self.base_url = emulator.base_url
        self._http = httpx.Client(base_url=emulator.base_url, headers=_HEADERS, verify=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def settle(self, case: Any, *, paths: bool = True) -> None:
        """Make a request that is meant to be valid one that can be granted.

        Args:
            case: The request.
            paths: Whether to put ids into its path as well.
        """
        if (case.headers or {}).get("Cartesia-Version") in VERSIONS:
            case.headers["Cartesia-Version"] = VERSIONS[-1]  # the one that the document describes
        if case.meta is None or not case.meta.generation.mode.is_positive:
            return
        for name, value in dict(case.path_parameters or {}).items():
            # Some stay unknown: that has its answer, too.
            if paths and _chance(value) % 4:
                case.path_parameters[name] = self._path_id(case.operation.path, name)
        if case.query:
            self._settle_query(case)
        if isinstance(case.body, dict):
            body = dict(case.body)
            self._settle_body(body)
            case.body = body
            # It is judged anew when it is looked at, and a recording, being bytes, taken for no
            # string; this is the last word on it.
            case.meta.generation.mode = GenerationMode.POSITIVE

    def _settle_query(self, case: Any) -> None:
        query = case.query
        if "starting_after" in query:
            query.pop("ending_before", None)
        for cursor in ("starting_after", "ending_before"):
            if cursor in query:
                query[cursor] = self._cursor(case.operation.path, case.path_parameters)
        if "agent_id" in query and _chance(query["agent_id"]) % 4:
            query["agent_id"] = "agent_reservations"

    def _settle_body(self, body: dict[str, Any]) -> None:
        known: dict[str, Callable[[], str]] = {
            "voice_id": lambda: VOICE,
            "voice[id]": lambda: VOICE,
            "tts_voice": lambda: VOICE,
            "base_voice_id": lambda: VOICE,
            "dataset": lambda: self._made("/datasets/", json={"name": "d", "description": ""}),
            "pronunciation_dict_id": lambda: self._made("/pronunciation-dicts/", json={"name": ""}),
        }
        for name, real in known.items():
            if body.get(name) is not None and _chance(body[name]) % 4:
                body[name] = real()
        if "voice" in body and _chance(body["voice"]) % 4:
            body["voice"] = VOICE if isinstance(body["voice"], str) else {"id": VOICE}
        if "output_format[container]" in body:
            mp3 = body["output_format[container]"] == "mp3"
            body.pop("output_format[encoding]" if mp3 else "output_format[bit_rate]", None)
            needed = ("bit_rate", 64000) if mp3 else ("encoding", "pcm_s16le")
            body.setdefault(f"output_format[{needed[0]}]", needed[1])
        if "locale" in body:
            body.pop("language", None)
            body["locale"] = "en-GB"
        if "normalization" in body:
            body["normalization"] = "auto"
        if "transcript" in body:
            # Random text may sound for minutes.
            body["transcript"] = body["transcript"][:2].strip() or "A"

    def _path_id(self, path: str, name: str) -> str:
        fixed = {
            "agent_id": "agent_parcels" if path == "/agents/{agent_id}" else "agent_reservations",
            "call_id": "call_2",
            "metric_id": "metric_politeness",
            "deployment_id": "ad_reservations_2",
            "accent_id": "hindi",
        }
        if name in fixed:
            return fixed[name]
        kind = path.split("/")[1]
        if name == "file_id":
            return self._dataset_file()[1]
        if kind == "datasets":
            return self._dataset_file()[0]
        return self._anything(kind)

    def _anything(self, kind: str) -> str:
        if kind == "pronunciation-dicts":
            return self._made("/pronunciation-dicts/", json={"name": "d"})
        if kind == "files":
            return self._made("/files", files=_FILE, data={"purpose": "fine_tune"})
        if kind == "voices":
            data = {"name": "v", "language": "en"}
            return self._made("/voices/clone", files={"clip": CLIP}, data=data)
        body = {"name": "f", "description": "", "language": "en", "model_id": "sonic-3-2026-01-12"}
        return self._made("/fine-tunes/", json=body | {"dataset": self._dataset_file()[0]})

    def _dataset_file(self) -> tuple[str, str]:
        """The newest dataset, with a file; a new one if there is none."""
        found = self._http.get("/datasets/", params={"limit": 1}).json()["data"]
        body = {"name": "d", "description": ""}
        dataset = found[0]["id"] if found else self._made("/datasets/", json=body)
        path = f"/datasets/{dataset}/files"
        self._http.post(path, files=_FILE, data={"purpose": "fine_tune"})
        return dataset, self._http.get(path, params={"limit": 1}).json()["data"][0]["id"]

    def _cursor(self, path: str, parameters: dict[str, Any]) -> str:
        """An id of the list, or nothing, which is no cursor."""
        quoted = {name: quote(value, safe="") for name, value in (parameters or {}).items()}
        answer = self._http.get(path.format(**quoted), params={"agent_id": "agent_reservations"})
        data = answer.json().get("data") if answer.is_success else None
        return str(data[0]["id"]) if data else ""

    def _made(self, path: str, **body: Any) -> str:
        answer = self._http.post(path, **body)
        assert answer.is_success, answer.text
        ident: str = answer.json()["id"]
        return ident


def _chance(value: object) -> int:
    """A number that looks random and is the same in every run."""
    return zlib.crc32(repr(value).encode())
