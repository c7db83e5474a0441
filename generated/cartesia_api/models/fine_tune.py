from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import Reader, checked, either, read_null, read_object, read_str
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.fine_tune_model import FineTuneModel
from ..models.fine_tune_status import FineTuneStatus
from ..models.language import Language
from ..models.voice_accent import VoiceAccent

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
        status: State of the training.
        accent: Catalog id of the accent.
        additional_properties: Fields that the OpenAPI document does not have.
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
        value = pop("status", UNSET)
        model.status = value if type(value) is str else checked("status", value, read_str)
        value = pop("accent", UNSET)
        model.accent = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("accent", value, _READ_ACCENT)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
