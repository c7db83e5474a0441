from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    checked_optional,
    either,
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.fine_tune_model import FineTuneModel
from ..models.language import Language
from ..models.voice_accent import VoiceAccent, check_voice_accent

_READ_ACCENT: Final[Reader[None | VoiceAccent]] = either(check_voice_accent, read_null)


@define(kw_only=True)
class CreateFineTuneRequest(Model):
    """A fine-tune to create.

    Attributes:
        name: Name of the fine-tune.
        description: What the fine-tune is for.
        language: Language of the recordings.
        model_id: Id of the model that is fine-tuned.
        dataset: Id of the dataset.
        accent: Catalog id of the speaker's accent.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    name: str
    description: str
    language: Language | str
    model_id: FineTuneModel | str
    dataset: str
    accent: None | Unset | VoiceAccent = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "name": self.name,
                "description": self.description,
                "language": self.language,
                "model_id": self.model_id,
                "dataset": self.dataset,
                "accent": self.accent,
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
        value = pop("name", UNSET)
        model.name = value if type(value) is str else checked("name", value, read_str)
        value = pop("description", UNSET)
        model.description = value if type(value) is str else checked("description", value, read_str)
        value = pop("language", UNSET)
        model.language = value if type(value) is str else checked("language", value, read_str)
        value = pop("model_id", UNSET)
        model.model_id = value if type(value) is str else checked("model_id", value, read_str)
        value = pop("dataset", UNSET)
        model.dataset = value if type(value) is str else checked("dataset", value, read_str)
        model.accent = checked_optional("accent", pop("accent", UNSET), _READ_ACCENT)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
