"""The resource `audio`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartesia_runtime.files import Uploads
from cartesia_runtime.models import UNSET

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from cartesia_runtime.downloads import AsyncDownload, Download
    from cartesia_runtime.files import UploadFile
    from cartesia_runtime.models import Unset
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import AsyncSender, Sender

    from ...models.speech_format import SpeechFormat
    from ...models.transcription import Transcription


class Audio:
    """The operations of the resource `audio`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def sse(
        self,
        *,
        transcript: str,
        model_id: str | Unset = UNSET,
        voice: list[float] | None | Unset = UNSET,
        duration: float | Unset = UNSET,
        chunk_time: float | Unset = UNSET,
        output_format: SpeechFormat | str | Unset = UNSET,
        lookahead: int | Unset = UNSET,
        description: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AbstractContextManager[Download]:
        """Speak a transcript.

        A stream of JSON objects: `SpeechChunk`, then `SpeechEnd` or `SpeechFault`. The original
        stream did not follow the standard for server-sent events, in a way that is not
        recorded, and had no `SpeechEnd`. The client finds the objects with or without `data:`
        before them. If the events follow the standard and the chunks have `done`, only an
        object whose `done` is true ends the stream.

        Use it in a `with` block; the file arrives while you read it.

        Args:
            transcript: Text to speak. The documentation of the models says 1 to 500
                characters.
            model_id: Id of the model. The server uses `upbeat-moon` when it is left out; the
                first documentation required it. Package 0.0.6 sends an empty id by default, whose
                effect is not documented.
            voice: The embedding of the voice, 192 numbers. Optional at first, required in
                later documentation.
            duration: Maximum length of the speech in seconds. The server uses 180 when it is
                left out. The documentation says that it is an integer; the packages also send
                fractions.
            chunk_time: Seconds of audio in one chunk. The server uses 0.1 when it is left
                out.
            output_format: Encoding and sampling rate. The server uses `fp32_44100` when it is
                left out.
            lookahead: How far the model looks ahead. The server uses 8 when it is left out.
                No package sends it.
            description: Description of how to speak. The server uses an empty one when it is
                left out. No package sends it.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.speech_request import SpeechRequest
        from . import audio_sse

        return self._sender.stream(
            lambda: audio_sse.build_request(
                body=SpeechRequest(
                    transcript=transcript,
                    model_id=model_id,
                    voice=voice,
                    duration=duration,
                    chunk_time=chunk_time,
                    output_format=output_format,
                    lookahead=lookahead,
                    description=description,
                )
            ),
            options,
        )

    def stream(
        self,
        *,
        transcript: str,
        model_id: str | Unset = UNSET,
        voice: list[float] | None | Unset = UNSET,
        duration: float | Unset = UNSET,
        chunk_time: float | Unset = UNSET,
        output_format: SpeechFormat | str | Unset = UNSET,
        lookahead: int | Unset = UNSET,
        description: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AbstractContextManager[Download]:
        """Speak a transcript, at the address of the first releases.

        Like `/audio/sse`, but without a choice of the output format: package 0.0.5rc1 sends no
        `output_format` here. The media type of the response is not recorded.

        Use it in a `with` block; the file arrives while you read it.

        Args:
            transcript: Text to speak. The documentation of the models says 1 to 500
                characters.
            model_id: Id of the model. The server uses `upbeat-moon` when it is left out; the
                first documentation required it. Package 0.0.6 sends an empty id by default, whose
                effect is not documented.
            voice: The embedding of the voice, 192 numbers. Optional at first, required in
                later documentation.
            duration: Maximum length of the speech in seconds. The server uses 180 when it is
                left out. The documentation says that it is an integer; the packages also send
                fractions.
            chunk_time: Seconds of audio in one chunk. The server uses 0.1 when it is left
                out.
            output_format: Encoding and sampling rate. The server uses `fp32_44100` when it is
                left out.
            lookahead: How far the model looks ahead. The server uses 8 when it is left out.
                No package sends it.
            description: Description of how to speak. The server uses an empty one when it is
                left out. No package sends it.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.speech_request import SpeechRequest
        from . import audio_stream

        return self._sender.stream(
            lambda: audio_stream.build_request(
                body=SpeechRequest(
                    transcript=transcript,
                    model_id=model_id,
                    voice=voice,
                    duration=duration,
                    chunk_time=chunk_time,
                    output_format=output_format,
                    lookahead=lookahead,
                    description=description,
                )
            ),
            options,
        )

    def transcribe(
        self, *, clip: UploadFile, options: RequestOptions | None = None
    ) -> Transcription:
        """Transcribe a recording.

        The limits of this route were never documented.

        Args:
            clip: The recording, with a file name.
            options: Settings of this call, such as its timeout.

        Raises:
            OSError: If a file cannot be opened. Nothing was sent.
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.clip_upload import ClipUpload
        from . import audio_transcribe

        with Uploads() as uploads:
            return self._sender.call(
                lambda: audio_transcribe.build_request(
                    body=ClipUpload(clip=uploads.file(clip, "clip"))
                ),
                audio_transcribe.parse,
                options,
            )


class AsyncAudio:
    """The operations of the resource `audio`, asynchronous."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def sse(
        self,
        *,
        transcript: str,
        model_id: str | Unset = UNSET,
        voice: list[float] | None | Unset = UNSET,
        duration: float | Unset = UNSET,
        chunk_time: float | Unset = UNSET,
        output_format: SpeechFormat | str | Unset = UNSET,
        lookahead: int | Unset = UNSET,
        description: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AbstractAsyncContextManager[AsyncDownload]:
        """Speak a transcript.

        A stream of JSON objects: `SpeechChunk`, then `SpeechEnd` or `SpeechFault`. The original
        stream did not follow the standard for server-sent events, in a way that is not
        recorded, and had no `SpeechEnd`. The client finds the objects with or without `data:`
        before them. If the events follow the standard and the chunks have `done`, only an
        object whose `done` is true ends the stream.

        Use it in an `async with` block; the file arrives while you read it.

        Args:
            transcript: Text to speak. The documentation of the models says 1 to 500
                characters.
            model_id: Id of the model. The server uses `upbeat-moon` when it is left out; the
                first documentation required it. Package 0.0.6 sends an empty id by default, whose
                effect is not documented.
            voice: The embedding of the voice, 192 numbers. Optional at first, required in
                later documentation.
            duration: Maximum length of the speech in seconds. The server uses 180 when it is
                left out. The documentation says that it is an integer; the packages also send
                fractions.
            chunk_time: Seconds of audio in one chunk. The server uses 0.1 when it is left
                out.
            output_format: Encoding and sampling rate. The server uses `fp32_44100` when it is
                left out.
            lookahead: How far the model looks ahead. The server uses 8 when it is left out.
                No package sends it.
            description: Description of how to speak. The server uses an empty one when it is
                left out. No package sends it.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.speech_request import SpeechRequest
        from . import audio_sse

        return self._sender.stream(
            lambda: audio_sse.build_request(
                body=SpeechRequest(
                    transcript=transcript,
                    model_id=model_id,
                    voice=voice,
                    duration=duration,
                    chunk_time=chunk_time,
                    output_format=output_format,
                    lookahead=lookahead,
                    description=description,
                )
            ),
            options,
        )

    def stream(
        self,
        *,
        transcript: str,
        model_id: str | Unset = UNSET,
        voice: list[float] | None | Unset = UNSET,
        duration: float | Unset = UNSET,
        chunk_time: float | Unset = UNSET,
        output_format: SpeechFormat | str | Unset = UNSET,
        lookahead: int | Unset = UNSET,
        description: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AbstractAsyncContextManager[AsyncDownload]:
        """Speak a transcript, at the address of the first releases.

        Like `/audio/sse`, but without a choice of the output format: package 0.0.5rc1 sends no
        `output_format` here. The media type of the response is not recorded.

        Use it in an `async with` block; the file arrives while you read it.

        Args:
            transcript: Text to speak. The documentation of the models says 1 to 500
                characters.
            model_id: Id of the model. The server uses `upbeat-moon` when it is left out; the
                first documentation required it. Package 0.0.6 sends an empty id by default, whose
                effect is not documented.
            voice: The embedding of the voice, 192 numbers. Optional at first, required in
                later documentation.
            duration: Maximum length of the speech in seconds. The server uses 180 when it is
                left out. The documentation says that it is an integer; the packages also send
                fractions.
            chunk_time: Seconds of audio in one chunk. The server uses 0.1 when it is left
                out.
            output_format: Encoding and sampling rate. The server uses `fp32_44100` when it is
                left out.
            lookahead: How far the model looks ahead. The server uses 8 when it is left out.
                No package sends it.
            description: Description of how to speak. The server uses an empty one when it is
                left out. No package sends it.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.speech_request import SpeechRequest
        from . import audio_stream

        return self._sender.stream(
            lambda: audio_stream.build_request(
                body=SpeechRequest(
                    transcript=transcript,
                    model_id=model_id,
                    voice=voice,
                    duration=duration,
                    chunk_time=chunk_time,
                    output_format=output_format,
                    lookahead=lookahead,
                    description=description,
                )
            ),
            options,
        )

    async def transcribe(
        self, *, clip: UploadFile, options: RequestOptions | None = None
    ) -> Transcription:
        """Transcribe a recording.

        The limits of this route were never documented.

        Args:
            clip: The recording, with a file name.
            options: Settings of this call, such as its timeout.

        Raises:
            OSError: If a file cannot be opened. Nothing was sent.
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.clip_upload import ClipUpload
        from . import audio_transcribe

        with Uploads() as uploads:
            return await self._sender.call(
                lambda: audio_transcribe.build_request(
                    body=ClipUpload(clip=uploads.file(clip, "clip"))
                ),
                audio_transcribe.parse,
                options,
            )


__all__ = ["AsyncAudio", "Audio"]
