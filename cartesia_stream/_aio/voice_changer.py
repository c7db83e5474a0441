"""The voice changer: recordings go up, and speech comes back as it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._core.config import check_options
from .._core.operations import Change
from ..audio import PCM_24K, AudioFormat
from .flow import launch
from .stream import AsyncSpeechStream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cartesia_runtime.files import UploadFile
    from cartesia_runtime.sender import RequestOptions

    from .._core.observe import StreamTransport
    from .client import AsyncTransports
    from .stream import MeteredSource

__all__ = ["AsyncVoiceChanger"]


class AsyncVoiceChanger:
    """Recordings in another voice. Get it as ``client.voice_changer``, for one event loop."""

    def __init__(self, transports: AsyncTransports) -> None:
        self._transports = transports

    def generate(
        self,
        clip: UploadFile,
        *,
        voice: str | Mapping[str, object],
        output_format: AudioFormat | Mapping[str, object] = PCM_24K,
        options: RequestOptions | None = None,
    ) -> AsyncSpeechStream:
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
            OSError: When it is first used, if the recording cannot be opened.
            APIError: When it is first used, if the service refused or cannot be reached.
        """
        return self._stream(clip, Change.of(voice, output_format), options)

    def generate_sse(
        self,
        clip: UploadFile,
        *,
        voice: str | Mapping[str, object],
        output_format: AudioFormat | Mapping[str, object] = PCM_24K,
        options: RequestOptions | None = None,
    ) -> AsyncSpeechStream:
        """`generate` over server-sent events: a stream that is cut never looks complete.

        Args:
            clip: The recording, as for `generate`.
            voice: Id of the voice to speak with.
            output_format: Format of the audio.
            options: Settings of this call.

        Raises:
            ConfigurationError: If the arguments cannot work; nothing was sent.
            OSError: When it is first used, if the recording cannot be opened.
            APIError: When it is first used, if the service refused or cannot be reached.
        """
        return self._stream(clip, Change.of(voice, output_format, events=True), options)

    def _stream(
        self, clip: UploadFile, change: Change, options: RequestOptions | None
    ) -> AsyncSpeechStream:
        check_options(options)
        transport: StreamTransport = "sse" if change.events else "bytes"
        life = self._transports.life(transport, change.format)

        async def start() -> MeteredSource:
            from cartesia_runtime.files import Uploads

            with Uploads() as uploads:  # open until the answer begins, and for every try
                request = change.request(uploads.file(clip))
                return await self._transports.speech(request, options, life)

        return launch(AsyncSpeechStream(start, life))
