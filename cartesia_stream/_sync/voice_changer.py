# Written by tools/unasync.py from _aio/voice_changer.py: edit that file, then `make generate`.
"""The voice changer: upload a recording, and stream it back in another voice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.operations import Change
from ..audio import PCM_24K, AudioFormat
from .stream import uploading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cartesia_runtime.files import UploadFile
    from cartesia_runtime.options import RequestOptions

    from ..options import VoiceLike
    from .connections import Connections
    from .stream import SpeechStream

__all__ = ["VoiceChanger"]


class VoiceChanger:
    """The voice changer, available as ``client.voice_changer``.

    The sync client sends a request when you call a method; the async client sends it when you first
    use the stream.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def generate(
        self,
        clip: UploadFile,
        *,
        voice: VoiceLike,
        output_format: AudioFormat | Mapping[str, object] = PCM_24K,
        options: RequestOptions | None = None,
    ) -> SpeechStream:
        """Speak a recording with another voice; returns audio in any container.

        The service keeps the words and the intonation. It charges 15 credits for each second of the
        recording.

        Args:
            clip: The recording: a path, bytes, an `Audio`, an open file or a `File`. A file is sent
                from the disk in pieces, without loading all of it into memory.
            voice: Id of the voice to speak with.
            output_format: Format of the audio.
            options: Settings of this call, such as its timeout; the client calls ``progress`` with
                the bytes sent so far and in total.

        Returns:
            A stream of the audio; ``save`` writes ``wav`` and ``mp3`` as they are, and makes the
            length in the header of a ``wav`` true.

        Raises:
            ConfigurationError: If an argument is invalid; nothing was sent.
            OSError: When the request is sent, if the recording cannot be opened.
            APIError: When the request is sent, if the service returns an error or is unreachable.
        """
        change = Change.of(clip, voice, output_format)
        return uploading(self._connections, "bytes", change, options)

    def generate_sse(
        self,
        clip: UploadFile,
        *,
        voice: VoiceLike,
        output_format: AudioFormat | Mapping[str, object] = PCM_24K,
        options: RequestOptions | None = None,
    ) -> SpeechStream:
        """Speak a recording like `generate`, over server-sent events.

        A stream that breaks off always raises an error, because the events mark the end.

        Args:
            clip: The recording, as for `generate`.
            voice: Id of the voice to speak with.
            output_format: Format of the audio.
            options: Settings of this call.

        Raises:
            ConfigurationError: If an argument is invalid; nothing was sent.
            OSError: When the request is sent, if the recording cannot be opened.
            APIError: When the request is sent, if the service returns an error or is unreachable.
        """
        change = Change.of(clip, voice, output_format, events=True)
        return uploading(self._connections, "sse", change, options)
