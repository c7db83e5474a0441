from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field

from ..models.agent_transcript import AgentTranscript
from ..models.metric_json import MetricJson
from ..models.metric_result_status import MetricResultStatus
from ..types import (
    UNSET,
    Model,
    Reader,
    Unset,
    either,
    encode_object,
    list_of,
    read_any,
    read_datetime,
    read_null,
    read_object,
    read_str,
    take,
    take_optional,
)

_READ_JSON_RESULT: Final[Reader[MetricJson | None]] = either(MetricJson.from_dict, read_null)
_READ_RUN_ID: Final[Reader[None | str]] = either(read_str, read_null)
_READ_TRANSCRIPT: Final[Reader[list[AgentTranscript] | None]] = either(
    list_of(AgentTranscript.from_dict), read_null
)


@define(kw_only=True)
class MetricResult(Model):
    """The answer of a metric for one call. Its fields are in camel case, unlike those of all other
    objects.

    Attributes:
        id: Id of the result.
        agent_id: Id of the agent.
        call_id: Id of the call.
        created_at: When the result was made.
        deployment_id: Id of the deployment.
        metric_id: Id of the metric.
        metric_name: Name of the metric.
        result: The answer as text.
        status: Whether the metric could be computed.
        summary: What the call was about, in short.
        json_result: The answer as an object.
        run_id: Id of the run that made the result.
        transcript: The turns of the call.
        value: The answer as any JSON value, null where there is none.
        additional_properties: Fields that the document does not know.
    """

    id: str
    agent_id: str
    call_id: str
    created_at: datetime.datetime
    deployment_id: str
    metric_id: str
    metric_name: str
    result: str
    status: MetricResultStatus | str
    summary: str
    json_result: MetricJson | None | Unset = UNSET
    run_id: None | str | Unset = UNSET
    transcript: list[AgentTranscript] | None | Unset = UNSET
    value: object | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "id": self.id,
                "agentId": self.agent_id,
                "callId": self.call_id,
                "createdAt": self.created_at,
                "deploymentId": self.deployment_id,
                "metricId": self.metric_id,
                "metricName": self.metric_name,
                "result": self.result,
                "status": self.status,
                "summary": self.summary,
                "jsonResult": self.json_result,
                "runId": self.run_id,
                "transcript": self.transcript,
                "value": self.value,
            },
            self.additional_properties,
        )

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, object]) -> Self:
        """Make the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or of another type. It names the field, not the value.
        """
        data = read_object(src_dict)
        model = cls(
            id=take(data, "id", read_str),
            agent_id=take(data, "agentId", read_str),
            call_id=take(data, "callId", read_str),
            created_at=take(data, "createdAt", read_datetime),
            deployment_id=take(data, "deploymentId", read_str),
            metric_id=take(data, "metricId", read_str),
            metric_name=take(data, "metricName", read_str),
            result=take(data, "result", read_str),
            status=take(data, "status", read_str),
            summary=take(data, "summary", read_str),
            json_result=take_optional(data, "jsonResult", _READ_JSON_RESULT),
            run_id=take_optional(data, "runId", _READ_RUN_ID),
            transcript=take_optional(data, "transcript", _READ_TRANSCRIPT),
            value=take_optional(data, "value", read_any),
        )
        model.additional_properties = data
        return model
