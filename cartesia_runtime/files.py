"""Files to upload, and the parts of a multipart form."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TypeAlias, final

from attrs import define

FileContent: TypeAlias = IO[bytes] | bytes
FilePart: TypeAlias = tuple[str | None, FileContent, str | None]
"""One part of a form: file name or None, content, content type or None."""
RequestFiles: TypeAlias = list[tuple[str, FilePart]]
"""The parts of a form with their field names."""


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
        """Return the file as one part of a form."""
        return (self.file_name or "upload", self.payload, self.mime_type)


UploadFile: TypeAlias = File | bytes | bytearray | memoryview | str | os.PathLike[str] | IO[bytes]
"""Anything that can be uploaded: a path, bytes, a file open for reading bytes, or a `File`."""


@final
class Uploads(ExitStack):
    """Context manager that turns uploads into files, and closes the files it opened."""

    def file(self, upload: UploadFile) -> File:
        """Return the upload as a `File`; open a path without reading it.

        Raises:
            OSError: If a path cannot be opened.
            TypeError: If the upload is neither a path, bytes, an open file nor a `File`.
        """
        match upload:
            case File():
                return upload
            case bytes() | bytearray() | memoryview():
                return File(bytes(upload))
            case str() | os.PathLike():
                path = Path(upload)
                return File(self.enter_context(path.open("rb")), path.name)
            case _ if callable(getattr(upload, "read", None)):
                name: object = getattr(upload, "name", None)  # an int for a file descriptor
                return File(upload, Path(name).name if isinstance(name, str) else "upload")
            case _:
                kind = type(upload).__name__
                raise TypeError(f"expected a path, bytes or an open file, got {kind}")
