"""``/agents/calls``: transcripts of calls, and recordings made from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from aiohttp import web

from ..audio import pcm
from ..errors import ApiError
from .paging import Paging

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..backend import Backend
    from ..speech.engine import VoiceShape
    from ..state.agents import AgentCall, Turn
    from ..wire.call import Call

_CALLER_VOICE: Final = "a3c1f7de-52b0-4a57-9d0e-6f1d0a7b8c11"


async def list_calls(backend: Backend, call: Call) -> web.Response:
    """GET /agents/calls: newest first; these pages have no ``has_more``."""
    agent_id = call.query("agent_id")
    if agent_id is None:
        raise ApiError(400, "agent_id: this field is required.")
    # The agent may be gone; its calls are still there.
    known = {item.agent_id for item in backend.state.calls.all()}
    if agent_id not in known:
        backend.state.agents.get(agent_id, field="agent_id")
    expanded = call.query_choice("expand", ("transcript",)) is not None
    page = Paging.of(call).cut(backend.state.calls.all(), lambda item: item.agent_id == agent_id)
    answer = page.answer(lambda item: item.public(transcript=expanded))
    del answer["has_more"]
    return call.json(answer)


async def get_call(backend: Backend, call: Call) -> web.Response:
    """GET /agents/calls/{call_id}."""
    return call.json(_call(backend, call).public(transcript=True))


async def get_audio(backend: Backend, call: Call) -> web.Response:
    """GET /agents/calls/{call_id}/audio: the transcript, spoken with one voice for each side."""
    record = _call(backend, call)
    if not any(turn.text for turn in record.transcript):
        raise ApiError(404, f"Call {record.id!r} has no recording.")
    samples = await _recording(backend, record)
    rate = backend.studio.synthesizer.sample_rate
    wav = await backend.studio.work(lambda: pcm.wav_bytes(samples, rate))
    return web.Response(body=wav, content_type="audio/wav")


def _call(backend: Backend, call: Call) -> AgentCall:
    return backend.state.calls.get(call.path("call_id"))


async def _recording(backend: Backend, record: AgentCall) -> NDArray[np.float32]:
    """Speak each turn at its time in the transcript, or right after the turn before it."""
    rate = backend.studio.synthesizer.sample_rate
    pieces: list[NDArray[np.float32]] = []
    length = 0
    for turn in record.transcript:
        if turn.text is None:
            continue
        silence = max(0, round(turn.start_timestamp * rate) - length)
        spoken = await backend.studio.say(turn.text, _voice(backend, record, turn))
        pieces += (np.zeros(silence, np.float32), spoken)
        length += silence + len(spoken)
    return np.concatenate(pieces)


def _voice(backend: Backend, record: AgentCall, turn: Turn) -> VoiceShape:
    voices = {voice.id: voice for voice in backend.voices.all()}
    caller = voices[_CALLER_VOICE]
    if turn.role != "assistant":
        return caller.shape
    for agent in backend.state.agents.all():
        if agent.id == record.agent_id and agent.tts_voice in voices:
            return voices[agent.tts_voice].shape
    return backend.voices.all()[-1].shape
