"""Files to upload, and the parts of a multipart form."""

from __future__ import annotations

import os
import re
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Final, Protocol, TypeAlias, cast, final

from attrs import define

from .errors import EncodeError
from .text import whole_text

FileContent: TypeAlias = IO[bytes] | bytes
FilePart: TypeAlias = tuple[str | None, FileContent, str | None]
"""One part of a form: file name or None, content, content type or None."""
RequestFiles: TypeAlias = list[tuple[str, FilePart]]
"""The parts of a form with their field names."""

# Nothing that would end the header: the type goes into the head of its part as it is.
_MEDIA_TYPE: Final = re.compile(r"[\w.+*-]+/[\w.+*-]+ *(;[ -~]*)?", re.ASCII)


@define
class File:
    """A file to upload.

    Attributes:
        payload: The bytes, or a file open for reading bytes. A file is sent from its start.
        file_name: Name to send. Servers treat a part without a file name as text.
        mime_type: Content type to send. When it is None, the extension of the name decides.
    """

    payload: FileContent
    file_name: str = "upload"
    mime_type: str | None = None

    def to_part(self) -> FilePart:
        """Return the file as one part of a form.

        Raises:
            EncodeError: If the name has half a character, the content type is malformed, or the
                payload is neither bytes nor a file.
        """
        name = cast("object", self.file_name or "upload")
        if not isinstance(name, str):
            raise EncodeError(f"must be a string, not {type(name).__name__}", "file_name")
        try:
            name = whole_text(name)
        except EncodeError as error:
            raise error.inside("file_name") from None
        kind = cast("object", self.mime_type or None)
        if kind is not None and not (isinstance(kind, str) and _MEDIA_TYPE.fullmatch(kind)):
            raise EncodeError("must be a media type, such as audio/wav", "mime_type")
        payload = cast("object", self.payload)
        if isinstance(payload, bytearray | memoryview):
            payload = bytes(cast("bytearray", payload))
        if not isinstance(payload, bytes) and not callable(getattr(payload, "read", None)):
            found = type(payload).__name__
            raise EncodeError(f"must be bytes or a file open for reading, not {found}", "payload")
        return (name, cast("FileContent", payload), kind)


class Uploadable(Protocol):
    """An object that makes a file of itself, such as an `Audio` of the client."""

    def to_file(self) -> File:
        """Return the object as a file to upload."""
        ...


UploadFile: TypeAlias = (
    File | Uploadable | bytes | bytearray | memoryview | str | os.PathLike[str] | IO[bytes]
)
"""Anything that can be uploaded: a path, bytes, a file open for reading bytes, a `File`, or an
object that makes one of itself."""


@final
class Uploads(ExitStack):
    """Context manager that turns uploads into files, and closes the files it opened."""

    def file(self, upload: UploadFile, name: str = "") -> File:
        """Return the upload as a `File`; open a path without reading it.

        Args:
            upload: The upload.
            name: The argument that it comes from, for errors.

        Raises:
            OSError: If a path cannot be opened.
            EncodeError: If the upload is neither a path, bytes, an open file nor a `File`, or the
                path has a null character.
        """
        match upload:
            case File():
                return upload
            case bytes() | bytearray() | memoryview():
                return File(bytes(upload))
            case str() | os.PathLike():
                path = Path(upload)
                try:
                    file = path.open("rb")
                except ValueError:  # a null character, or half a character
                    raise EncodeError("the path has characters that no path has", name) from None
                return File(self.enter_context(file), _name_of(path))
            case _ if callable(to_file := getattr(upload, "to_file", None)):
                return cast("File", to_file())
            case _ if callable(getattr(upload, "read", None)):
                own: object = getattr(upload, "name", None)  # an int for a file descriptor
                return File(
                    cast("IO[bytes]", upload),
                    _name_of(Path(own)) if isinstance(own, str) else "upload",
                )
            case _:
                kind = type(upload).__name__
                advice = ""
                if hasattr(upload, "dtype"):  # an array
                    advice = "; give it a sample rate with Audio.from_array(array, sample_rate)"
                raise EncodeError(
                    f"expected a path, bytes or an open file, got {kind}{advice}", name
                )


def _name_of(path: Path) -> str:
    """Return a name to send; the names of files may have bytes that are not UTF-8."""
    return path.name.encode(errors="replace").decode()
