from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field

from ..models.fine_tune_model import FineTuneModel
from ..models.fine_tune_status import FineTuneStatus
from ..models.language import Language
from ..models.voice_accent import VoiceAccent
from ..types import (
    UNSET,
    Model,
    Reader,
    Unset,
    either,
    encode_object,
    read_null,
    read_object,
    read_str,
    take,
    take_optional,
)

_READ_ACCENT: Final[Reader[None | str | VoiceAccent]] = either(read_str, read_null)


@define(kw_only=True)
class FineTune(Model):
    """A model fine-tuned on a dataset.

    Attributes:
        id: Id of the fine-tune.
        name: Name of the fine-tune.
        description: What the fine-tune is for.
        language: Language of the recordings.
        model_id: Id of the model that is fine-tuned.
        dataset: Id of the dataset.
        status: How far the training is.
        accent: Catalog id of the accent.
        additional_properties: Fields that the document does not know.
    """

    id: str
    name: str
    description: str
    language: Language | str
    model_id: FineTuneModel | str
    dataset: str
    status: FineTuneStatus | str
    accent: None | str | Unset | VoiceAccent = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "id": self.id,
                "name": self.name,
                "description": self.description,
                "language": self.language,
                "model_id": self.model_id,
                "dataset": self.dataset,
                "status": self.status,
                "accent": self.accent,
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
            name=take(data, "name", read_str),
            description=take(data, "description", read_str),
            language=take(data, "language", read_str),
            model_id=take(data, "model_id", read_str),
            dataset=take(data, "dataset", read_str),
            status=take(data, "status", read_str),
            accent=take_optional(data, "accent", _READ_ACCENT),
        )
        model.additional_properties = data
        return model
