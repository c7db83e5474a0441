# Written by tools/unasync.py from _aio/voice_changer.py: edit that file, then `make generate`.
"""The voice changer: recordings go up, and speech comes back as it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.config import check_options
from .._http.operations import Change
from ..audio import PCM_24K, AudioFormat
from .flow import start_now
from .stream import SpeechStream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cartesia_runtime.files import UploadFile
    from cartesia_runtime.sender import RequestOptions

    from ..observe import StreamTransport
    from .connections import Connections
    from .http import ResponseSource

__all__ = ["VoiceChanger"]


class VoiceChanger:
    """Recordings in another voice. Get it as ``client.voice_changer``.

    Speech starts at the call; with asyncio, when its stream is first used.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def generate(
        self,
        clip: UploadFile,
        *,
        voice: str | Mapping[str, object],
        output_format: AudioFormat | Mapping[str, object] = PCM_24K,
        options: RequestOptions | None = None,
    ) -> SpeechStream:
        """Speak a recording with another voice, in any container.

        The words and the intonation stay. It costs 15 credits for each second of the recording.

        Args:
            clip: The recording: a path, bytes, an open file or a `File`. It is sent from the disk,
                never read as a whole.
            voice: Id of the voice to speak with.
            output_format: Format of the audio.
            options: Settings of this call, such as its timeout; ``progress`` is told
                how much of the recording was sent.

        Returns:
            The audio while it arrives; ``save`` writes it as it is for ``wav`` and ``mp3``.

        Raises:
            ConfigurationError: If the arguments cannot work; nothing was sent.
            OSError: When it starts, if the recording cannot be opened.
            APIError: When it starts, if the service refuses or cannot be reached.
        """
        return self._stream(clip, Change.of(voice, output_format), options)

    def generate_sse(
        self,
        clip: UploadFile,
        *,
        voice: str | Mapping[str, object],
        output_format: AudioFormat | Mapping[str, object] = PCM_24K,
        options: RequestOptions | None = None,
    ) -> SpeechStream:
        """`generate` over server-sent events: a stream that is cut never looks complete.

        Args:
            clip: The recording, as for `generate`.
            voice: Id of the voice to speak with.
            output_format: Format of the audio.
            options: Settings of this call.

        Raises:
            ConfigurationError: If the arguments cannot work; nothing was sent.
            OSError: When it starts, if the recording cannot be opened.
            APIError: When it starts, if the service refuses or cannot be reached.
        """
        return self._stream(clip, Change.of(voice, output_format, events=True), options)

    def _stream(
        self, clip: UploadFile, change: Change, options: RequestOptions | None
    ) -> SpeechStream:
        check_options(options)
        transport: StreamTransport = "sse" if change.events else "bytes"
        record = self._connections.record(transport, change.format)

        def start() -> ResponseSource:
            from cartesia_runtime.files import Uploads

            with Uploads() as uploads:  # open until the answer begins, and for every try
                request = change.request(uploads.file(clip))
                return self._connections.speech(request, options, record)

        return start_now(SpeechStream(start, record))
