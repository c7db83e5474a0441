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
    read_any,
    read_datetime,
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.agent_transcript import AgentTranscript
from ..models.metric_json import MetricJson
from ..models.metric_result_status import MetricResultStatus

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
        created_at: When the result was created.
        deployment_id: Id of the deployment.
        metric_id: Id of the metric.
        metric_name: Name of the metric.
        result: The answer as text.
        status: Whether the metric could be computed.
        summary: Short summary of the call.
        json_result: The answer as an object.
        run_id: Id of the run that computed the result.
        transcript: The turns of the call.
        value: The answer as any JSON value; null when there is none.
        additional_properties: Fields that the OpenAPI document does not have.
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
        value = pop("agentId", UNSET)
        model.agent_id = value if type(value) is str else checked("agentId", value, read_str)
        value = pop("callId", UNSET)
        model.call_id = value if type(value) is str else checked("callId", value, read_str)
        model.created_at = checked("createdAt", pop("createdAt", UNSET), read_datetime)
        value = pop("deploymentId", UNSET)
        model.deployment_id = (
            value if type(value) is str else checked("deploymentId", value, read_str)
        )
        value = pop("metricId", UNSET)
        model.metric_id = value if type(value) is str else checked("metricId", value, read_str)
        value = pop("metricName", UNSET)
        model.metric_name = value if type(value) is str else checked("metricName", value, read_str)
        value = pop("result", UNSET)
        model.result = value if type(value) is str else checked("result", value, read_str)
        value = pop("status", UNSET)
        model.status = value if type(value) is str else checked("status", value, read_str)
        value = pop("summary", UNSET)
        model.summary = value if type(value) is str else checked("summary", value, read_str)
        model.json_result = checked_optional(
            "jsonResult", pop("jsonResult", UNSET), _READ_JSON_RESULT
        )
        value = pop("runId", UNSET)
        model.run_id = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("runId", value, _READ_RUN_ID)
        )
        model.transcript = checked_optional(
            "transcript", pop("transcript", UNSET), _READ_TRANSCRIPT
        )
        model.value = checked_optional("value", pop("value", UNSET), read_any)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
