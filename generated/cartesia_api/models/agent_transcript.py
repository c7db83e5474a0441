from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    checked_optional,
    either,
    list_of,
    read_float,
    read_int,
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.agent_role import AgentRole
from ..models.agent_text_chunk import AgentTextChunk
from ..models.agent_turn_end import AgentTurnEnd
from ..models.log_event import LogEvent
from ..models.log_metric import LogMetric
from ..models.tool_call import ToolCall

_READ_TEXT: Final[Reader[None | str]] = either(read_str, read_null)
_READ_TEXT_CHUNKS: Final[Reader[list[AgentTextChunk] | None]] = either(
    list_of(AgentTextChunk.from_dict), read_null
)
_READ_END_REASON: Final[Reader[AgentTurnEnd | None | str]] = either(read_str, read_null)
_READ_TOOL_CALLS: Final[Reader[list[ToolCall] | None]] = either(
    list_of(ToolCall.from_dict), read_null
)
_READ_TTS_TTFB: Final[Reader[float | None]] = either(read_float, read_null)
_READ_VAD_BUFFER_MS: Final[Reader[int | None]] = either(read_int, read_null)
_READ_LOG_EVENT: Final[Reader[LogEvent | None]] = either(LogEvent.from_dict, read_null)
_READ_LOG_METRIC: Final[Reader[LogMetric | None]] = either(LogMetric.from_dict, read_null)


@define(kw_only=True)
class AgentTranscript(Model):
    """A turn of a call.

    Attributes:
        role: Who speaks in the turn.
        start_timestamp: Start of the turn in seconds from the start of the call.
        end_timestamp: End of the turn in seconds from the start of the call.
        text: What was said.
        text_chunks: What was said, in pieces.
        end_reason: Why the agent stopped speaking.
        tool_calls: Tools that the agent called in this turn.
        tts_ttfb: Time to the first byte of speech in seconds.
        vad_buffer_ms: Time that voice activity detection waited, in milliseconds.
        log_event: Event that the agent's code logged.
        log_metric: Number that the agent's code logged.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    role: AgentRole | str
    start_timestamp: float
    end_timestamp: float
    text: None | str | Unset = UNSET
    text_chunks: list[AgentTextChunk] | None | Unset = UNSET
    end_reason: AgentTurnEnd | None | str | Unset = UNSET
    tool_calls: list[ToolCall] | None | Unset = UNSET
    tts_ttfb: float | None | Unset = UNSET
    vad_buffer_ms: int | None | Unset = UNSET
    log_event: LogEvent | None | Unset = UNSET
    log_metric: LogMetric | None | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "role": self.role,
                "start_timestamp": self.start_timestamp,
                "end_timestamp": self.end_timestamp,
                "text": self.text,
                "text_chunks": self.text_chunks,
                "end_reason": self.end_reason,
                "tool_calls": self.tool_calls,
                "tts_ttfb": self.tts_ttfb,
                "vad_buffer_ms": self.vad_buffer_ms,
                "log_event": self.log_event,
                "log_metric": self.log_metric,
            },
            self.additional_properties,
        )

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, object]) -> Self:
        """Create the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or has another type. The message has no values.
        """
        data = read_object(src_dict)
        pop = data.pop
        # Fields are set one by one, which is quicker than a call with all of them.
        model = cls.__new__(cls)
        value = pop("role", UNSET)
        model.role = value if type(value) is str else checked("role", value, read_str)
        value = pop("start_timestamp", UNSET)
        model.start_timestamp = (
            value if type(value) is float else checked("start_timestamp", value, read_float)
        )
        value = pop("end_timestamp", UNSET)
        model.end_timestamp = (
            value if type(value) is float else checked("end_timestamp", value, read_float)
        )
        value = pop("text", UNSET)
        model.text = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("text", value, _READ_TEXT)
        )
        model.text_chunks = checked_optional(
            "text_chunks", pop("text_chunks", UNSET), _READ_TEXT_CHUNKS
        )
        value = pop("end_reason", UNSET)
        model.end_reason = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("end_reason", value, _READ_END_REASON)
        )
        model.tool_calls = checked_optional(
            "tool_calls", pop("tool_calls", UNSET), _READ_TOOL_CALLS
        )
        value = pop("tts_ttfb", UNSET)
        model.tts_ttfb = (
            value
            if type(value) is float or value is None or value is UNSET
            else checked("tts_ttfb", value, _READ_TTS_TTFB)
        )
        value = pop("vad_buffer_ms", UNSET)
        model.vad_buffer_ms = (
            value
            if type(value) is int or value is None or value is UNSET
            else checked("vad_buffer_ms", value, _READ_VAD_BUFFER_MS)
        )
        model.log_event = checked_optional("log_event", pop("log_event", UNSET), _READ_LOG_EVENT)
        model.log_metric = checked_optional(
            "log_metric", pop("log_metric", UNSET), _READ_LOG_METRIC
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
