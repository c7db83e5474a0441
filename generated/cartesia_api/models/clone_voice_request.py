from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field
from cartesia_runtime.decoding import checked, checked_optional, read_file, read_object, read_str
from cartesia_runtime.encoding import encode_object, encode_parts
from cartesia_runtime.files import File, RequestFiles
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.language import Language
from ..models.voice_accent import VoiceAccent, check_voice_accent


@define(kw_only=True)
class CloneVoiceRequest(Model):
    """A recording and the details of the voice to create from it.

    Attributes:
        clip: Recording of the speaker, 3 to 10 seconds, as flac, mp3, mpeg, mpga, oga, ogg,
            wav or webm.
        name: Display name of the new voice.
        language: Language spoken in the recording.
        accent: Catalog id of the speaker's accent. The server detects it when it is left out.
        description: What the voice sounds like.
        base_voice_id: Id of a voice to start from.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    clip: File
    name: str
    language: Language | str
    accent: VoiceAccent | Unset = UNSET
    description: str | Unset = UNSET
    base_voice_id: str | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "clip": self.clip,
                "name": self.name,
                "language": self.language,
                "accent": self.accent,
                "description": self.description,
                "base_voice_id": self.base_voice_id,
            },
            self.additional_properties,
        )

    def to_multipart(self) -> RequestFiles:
        """Return the model as the parts of a form, without the fields that are UNSET or None."""
        return encode_parts(
            {
                "clip": self.clip,
                "name": self.name,
                "language": self.language,
                "accent": self.accent,
                "description": self.description,
                "base_voice_id": self.base_voice_id,
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
        model.clip = checked("clip", pop("clip", UNSET), read_file)
        value = pop("name", UNSET)
        model.name = value if type(value) is str else checked("name", value, read_str)
        value = pop("language", UNSET)
        model.language = value if type(value) is str else checked("language", value, read_str)
        model.accent = checked_optional("accent", pop("accent", UNSET), check_voice_accent)
        value = pop("description", UNSET)
        model.description = (
            value
            if type(value) is str or value is UNSET
            else checked("description", value, read_str)
        )
        value = pop("base_voice_id", UNSET)
        model.base_voice_id = (
            value
            if type(value) is str or value is UNSET
            else checked("base_voice_id", value, read_str)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
