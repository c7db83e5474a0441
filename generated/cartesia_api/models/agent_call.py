from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    checked_optional,
    either,
    list_of,
    read_datetime,
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.agent_call_status import AgentCallStatus
from ..models.agent_transcript import AgentTranscript
from ..models.telephony_params import TelephonyParams

_READ_DEPLOYMENT_ID: Final[Reader[None | str]] = either(read_str, read_null)
_READ_START_TIME: Final[Reader[datetime.datetime | None]] = either(read_datetime, read_null)
_READ_END_TIME: Final[Reader[datetime.datetime | None]] = either(read_datetime, read_null)
_READ_ERROR_MESSAGE: Final[Reader[None | str]] = either(read_str, read_null)
_READ_SUMMARY: Final[Reader[None | str]] = either(read_str, read_null)
_READ_TELEPHONY_PARAMS: Final[Reader[None | TelephonyParams]] = either(
    TelephonyParams.from_dict, read_null
)
_READ_TRANSCRIPT: Final[Reader[list[AgentTranscript] | None]] = either(
    list_of(AgentTranscript.from_dict), read_null
)


@define(kw_only=True)
class AgentCall(Model):
    """A call between a person and an agent.

    Attributes:
        id: Id of the call.
        agent_id: Id of the agent.
        status: State of the call.
        deployment_id: Id of the deployment that answered.
        start_time: When the call began.
        end_time: When the call ended; null during the call.
        error_message: Why the call failed.
        summary: Short summary of the call.
        telephony_params: The two phone numbers of a call made by phone.
        transcript: The turns of the call. Lists include them only when you ask for them with
            `expand`.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    id: str
    agent_id: str
    status: AgentCallStatus | str
    deployment_id: None | str | Unset = UNSET
    start_time: datetime.datetime | None | Unset = UNSET
    end_time: datetime.datetime | None | Unset = UNSET
    error_message: None | str | Unset = UNSET
    summary: None | str | Unset = UNSET
    telephony_params: None | TelephonyParams | Unset = UNSET
    transcript: list[AgentTranscript] | None | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "id": self.id,
                "agent_id": self.agent_id,
                "status": self.status,
                "deployment_id": self.deployment_id,
                "start_time": self.start_time,
                "end_time": self.end_time,
                "error_message": self.error_message,
                "summary": self.summary,
                "telephony_params": self.telephony_params,
                "transcript": self.transcript,
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
        value = pop("id", UNSET)
        model.id = value if type(value) is str else checked("id", value, read_str)
        value = pop("agent_id", UNSET)
        model.agent_id = value if type(value) is str else checked("agent_id", value, read_str)
        value = pop("status", UNSET)
        model.status = value if type(value) is str else checked("status", value, read_str)
        value = pop("deployment_id", UNSET)
        model.deployment_id = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("deployment_id", value, _READ_DEPLOYMENT_ID)
        )
        model.start_time = checked_optional(
            "start_time", pop("start_time", UNSET), _READ_START_TIME
        )
        model.end_time = checked_optional("end_time", pop("end_time", UNSET), _READ_END_TIME)
        value = pop("error_message", UNSET)
        model.error_message = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("error_message", value, _READ_ERROR_MESSAGE)
        )
        value = pop("summary", UNSET)
        model.summary = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("summary", value, _READ_SUMMARY)
        )
        model.telephony_params = checked_optional(
            "telephony_params", pop("telephony_params", UNSET), _READ_TELEPHONY_PARAMS
        )
        model.transcript = checked_optional(
            "transcript", pop("transcript", UNSET), _READ_TRANSCRIPT
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
