"""The table of operations: method, path, handler and what each requires."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from .api import (
    accents,
    access_token,
    agent_calls,
    agent_metrics,
    agents,
    control,
    datasets,
    files,
    fine_tunes,
    infill,
    pronunciation_dicts,
    status,
    stt,
    tts,
    voice_changer,
    voices,
)
from .api.listening import dictation_socket, turns_socket
from .api.websocket import speech_socket
from .playground import ASSETS, asset
from .v0 import audio as v0_audio
from .v0 import voices as v0_voices
from .v0.websocket import interrupt_socket, plain_socket

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web

    from .access import Access
    from .backend import Backend
    from .faults import Where
    from .wire.call import Call

    Handler: TypeAlias = Callable[[Backend, Call], Awaitable[web.StreamResponse]]

__all__ = ["ROUTES", "Route", "patterns"]


class Route(NamedTuple):
    """One operation and what it requires."""

    method: str
    path: str
    handler: Handler
    access: Access = "key"
    where: Where = "http"
    versioned: bool = True


def _v0(method: str, path: str, handler: Handler, where: Where = "http") -> Route:
    """An operation of v0."""
    return Route(method, f"/v0{path}", handler, "v0", where, versioned=False)


ROUTES: Final = (
    Route("GET", "/", status.status, "open"),
    Route("POST", "/access-token", access_token.create_token),
    Route("GET", "/voices", voices.list_voices),
    Route("GET", "/voices/{voice_id}", voices.get_voice),
    Route("PATCH", "/voices/{voice_id}", voices.update_voice),
    Route("DELETE", "/voices/{voice_id}", voices.delete_voice),
    Route("POST", "/voices/clone", voices.clone_voice),
    Route("POST", "/voices/localize", voices.localize_voice),
    Route("PATCH", "/voices/{voice_id}/accents", voices.attach_accents),
    Route("DELETE", "/voices/{voice_id}/accents/{accent_id}", voices.detach_accent),
    Route("GET", "/accents", accents.list_accents),
    Route("GET", "/locales", accents.list_locales),
    Route("GET", "/previews/{voice_id}.wav", voices.preview, versioned=False),
    Route("POST", "/stt", stt.transcribe, "stt"),
    Route("GET", "/stt/websocket", dictation_socket, "stt", "handshake"),
    Route("GET", "/stt/turns/websocket", turns_socket, "stt", "handshake"),
    Route("POST", "/tts/bytes", tts.speech_bytes, "tts", "body"),
    Route("POST", "/tts/sse", tts.speech_events, "tts", "sse"),
    Route("GET", "/tts/websocket", speech_socket, "tts", "handshake"),
    Route("POST", "/infill/bytes", infill.infill_bytes, where="body"),
    Route("POST", "/voice-changer/bytes", voice_changer.change_bytes, where="body"),
    Route("POST", "/voice-changer/sse", voice_changer.change_events, where="sse"),
    Route("GET", "/pronunciation-dicts/", pronunciation_dicts.list_dictionaries),
    Route("POST", "/pronunciation-dicts/", pronunciation_dicts.create_dictionary),
    Route("GET", "/pronunciation-dicts/{dict_id}", pronunciation_dicts.get_dictionary),
    Route("PATCH", "/pronunciation-dicts/{dict_id}", pronunciation_dicts.update_dictionary),
    Route("DELETE", "/pronunciation-dicts/{dict_id}", pronunciation_dicts.delete_dictionary),
    Route("GET", "/datasets/", datasets.list_datasets),
    Route("POST", "/datasets/", datasets.create_dataset),
    Route("GET", "/datasets/{dataset_id}", datasets.get_dataset),
    Route("PATCH", "/datasets/{dataset_id}", datasets.update_dataset),
    Route("DELETE", "/datasets/{dataset_id}", datasets.delete_dataset),
    Route("GET", "/datasets/{dataset_id}/files", datasets.list_files),
    Route("POST", "/datasets/{dataset_id}/files", datasets.upload_file),
    Route("DELETE", "/datasets/{dataset_id}/files/{file_id}", datasets.delete_file),
    Route("GET", "/files", files.list_files),
    Route("POST", "/files", files.upload_file),
    Route("GET", "/files/{file_id}", files.get_file),
    Route("GET", "/fine-tunes/", fine_tunes.list_fine_tunes),
    Route("POST", "/fine-tunes/", fine_tunes.create_fine_tune),
    Route("GET", "/fine-tunes/{fine_tune_id}", fine_tunes.get_fine_tune),
    Route("DELETE", "/fine-tunes/{fine_tune_id}", fine_tunes.delete_fine_tune),
    Route("GET", "/fine-tunes/{fine_tune_id}/voices", fine_tunes.list_fine_tune_voices),
    Route("GET", "/agents", agents.list_agents),
    Route("GET", "/agents/templates", agents.list_templates, "open"),
    Route("GET", "/agents/calls", agent_calls.list_calls),
    Route("GET", "/agents/calls/{call_id}", agent_calls.get_call),
    Route("GET", "/agents/calls/{call_id}/audio", agent_calls.get_audio),
    Route("GET", "/agents/metrics", agent_metrics.list_metrics),
    Route("POST", "/agents/metrics", agent_metrics.create_metric),
    Route("GET", "/agents/metrics/results", agent_metrics.list_results),
    Route("GET", "/agents/metrics/results/export", agent_metrics.export_results),
    Route("GET", "/agents/metrics/{metric_id}", agent_metrics.get_metric),
    Route("GET", "/agents/deployments/{deployment_id}", agents.get_deployment),
    Route("GET", "/agents/{agent_id}", agents.get_agent),
    Route("PATCH", "/agents/{agent_id}", agents.update_agent),
    Route("DELETE", "/agents/{agent_id}", agents.delete_agent),
    Route("GET", "/agents/{agent_id}/phone-numbers", agents.list_phone_numbers),
    Route("GET", "/agents/{agent_id}/deployments", agents.list_deployments),
    Route("POST", "/agents/{agent_id}/metrics/{metric_id}", agent_metrics.add_metric),
    Route("DELETE", "/agents/{agent_id}/metrics/{metric_id}", agent_metrics.remove_metric),
    Route("GET", "/status", status.v0_status, "open", versioned=False),
    Route("GET", "/v0", status.v0_status, "open", versioned=False),
    _v0("GET", "/voices", v0_voices.list_voices),
    _v0("GET", "/voices/embedding/{voice_id}", v0_voices.get_embedding),
    _v0("GET", "/voices/{voice_id}/embedding", v0_voices.get_embedding),
    _v0("POST", "/voices/{voice_id}/embedding", v0_voices.get_embedding),
    _v0("POST", "/voices/clone/clip", v0_voices.clone_clip),
    _v0("POST", "/voices/clone/url", v0_voices.clone_link),
    _v0("GET", "/models/{model_id}/voices", v0_voices.list_names),
    _v0("POST", "/audio/sse", v0_audio.speech_events, "sse"),
    _v0("POST", "/audio/stream", v0_audio.speech_objects, "sse"),
    _v0("POST", "/audio/transcriptions", v0_audio.transcribe),
    _v0("GET", "/audio/websocket", plain_socket, "handshake"),
    _v0("GET", "/experimental/audio/websocket", interrupt_socket, "handshake"),
    Route("GET", "/emulator", control.health, "open", versioned=False),
    Route("POST", "/emulator/faults", control.arm_faults, versioned=False),
    Route("DELETE", "/emulator/faults", control.clear_faults, versioned=False),
    *(Route("GET", path, asset(path), "open", versioned=False) for path in ASSETS),
)


def patterns(path: str) -> tuple[str, ...]:
    """Return a path in the syntax of the router, with and without a slash at its end.

    A variable never matches a word that another path has in that place: ``/agents/templates`` is
    not an agent, for any method.
    """
    segments = path.strip("/").split("/")
    for place, segment in enumerate(segments):
        words = _siblings(segments[:place]) if _is_variable(segment) else set[str]()
        if words:
            choices = "|".join(map(re.escape, sorted(words)))
            segments[place] = f"{segment[:-1]}:(?!(?:{choices})(?:/|$))[^/]+}}"
    bare = "/" + "/".join(segments)
    return (bare,) if path == "/" else (bare, bare + "/")


def _siblings(prefix: list[str]) -> set[str]:
    """Find the words that follow ``prefix`` in any path."""
    paths = [route.path.strip("/").split("/") for route in ROUTES]
    bare = [_bare(segment) for segment in prefix]
    return {
        segments[len(prefix)]
        for segments in paths
        if len(segments) > len(prefix)
        and [_bare(segment) for segment in segments[: len(prefix)]] == bare
        and not _is_variable(segments[len(prefix)])
    }


def _is_variable(segment: str) -> bool:
    return segment.startswith("{") and segment.endswith("}")


def _bare(segment: str) -> str:
    """Return a segment for comparison, in which all variables are equal."""
    return "{}" if _is_variable(segment) else segment
