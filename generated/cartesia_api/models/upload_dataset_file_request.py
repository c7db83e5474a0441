from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field
from cartesia_runtime.decoding import checked, read_file, read_object, read_str
from cartesia_runtime.encoding import encode_object, encode_parts
from cartesia_runtime.files import File, RequestFiles
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.file_purpose import FilePurpose


@define(kw_only=True)
class UploadDatasetFileRequest(Model):
    """A file to add to a dataset.

    Attributes:
        file: The file.
        purpose: What the file is for, such as `fine_tune`. Sources do not say what the server
            assumes when it is left out.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    file: File
    purpose: FilePurpose | str | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"file": self.file, "purpose": self.purpose}, self.additional_properties
        )

    def to_multipart(self) -> RequestFiles:
        """Return the model as the parts of a form, without the fields that are UNSET or None."""
        return encode_parts(
            {"file": self.file, "purpose": self.purpose}, self.additional_properties
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
        model.file = checked("file", pop("file", UNSET), read_file)
        value = pop("purpose", UNSET)
        model.purpose = (
            value if type(value) is str or value is UNSET else checked("purpose", value, read_str)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
