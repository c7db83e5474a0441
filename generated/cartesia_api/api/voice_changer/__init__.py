"""The resource `voice_changer`."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from cartesia_runtime.files import Uploads
from cartesia_runtime.models import UNSET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from cartesia_runtime.downloads import AsyncDownload, Download
    from cartesia_runtime.files import UploadFile
    from cartesia_runtime.models import Unset
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import AsyncSender, Sender

    from ...models.mpeg_bit_rate import MpegBitRate
    from ...models.output_container import OutputContainer
    from ...models.raw_encoding import RawEncoding
    from ...models.sample_rate import SampleRate


class VoiceChanger:
    """The operations of the resource `voice_changer`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    @contextmanager
    def generate(
        self,
        *,
        clip: UploadFile,
        voice_id: str,
        output_format_container: OutputContainer,
        output_format_sample_rate: SampleRate,
        output_format_encoding: RawEncoding | Unset = UNSET,
        output_format_bit_rate: MpegBitRate | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> Iterator[Download]:
        """Speak a recording with another voice and stream the audio as a file.

        The words and the intonation do not change. The server sends the audio in the requested
        container while it generates it. It costs 15 credits for each second of the recording.

        Use it in a `with` block; the file arrives while you read it.

        Args:
            clip: The recording of speech.
            voice_id: Id of the voice to speak with.
            output_format_container: Container of the audio.
            output_format_sample_rate: Sampling rate of the audio in Hz.
            output_format_encoding: Encoding of one sample. Needed for `raw` and `wav`, not
                for `mp3`.
            output_format_bit_rate: Bit rate in bits per second. Needed for `mp3` only.
            options: Settings of this call, such as its timeout.

        Raises:
            OSError: If a file cannot be opened. Nothing was sent.
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.change_voice_request import ChangeVoiceRequest
        from . import voice_changer_generate

        with Uploads() as uploads:
            with self._sender.stream(
                lambda: voice_changer_generate.build_request(
                    body=ChangeVoiceRequest(
                        clip=uploads.file(clip, "clip"),
                        voice_id=voice_id,
                        output_format_container=output_format_container,
                        output_format_sample_rate=output_format_sample_rate,
                        output_format_encoding=output_format_encoding,
                        output_format_bit_rate=output_format_bit_rate,
                    )
                ),
                options,
            ) as download:
                yield download

    @contextmanager
    def generate_sse(
        self,
        *,
        clip: UploadFile,
        voice_id: str,
        output_format_container: OutputContainer,
        output_format_sample_rate: SampleRate,
        output_format_encoding: RawEncoding | Unset = UNSET,
        output_format_bit_rate: MpegBitRate | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> Iterator[Download]:
        """Speak a recording with another voice and stream the audio as server-sent events.

        Each event is one JSON object: see the schemas `VoiceChangerChunkEvent`,
        `VoiceChangerDoneEvent` and `VoiceChangerErrorEvent`. Only the error has a `type`; tell
        the other two apart by `done`. If the stream ends before an event whose `done` is true,
        it was cut off. It costs 15 credits for each second of the recording.

        Use it in a `with` block; the file arrives while you read it.

        Args:
            clip: The recording of speech.
            voice_id: Id of the voice to speak with.
            output_format_container: Container of the audio.
            output_format_sample_rate: Sampling rate of the audio in Hz.
            output_format_encoding: Encoding of one sample. Needed for `raw` and `wav`, not
                for `mp3`.
            output_format_bit_rate: Bit rate in bits per second. Needed for `mp3` only.
            options: Settings of this call, such as its timeout.

        Raises:
            OSError: If a file cannot be opened. Nothing was sent.
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.change_voice_request import ChangeVoiceRequest
        from . import voice_changer_generate_sse

        with Uploads() as uploads:
            with self._sender.stream(
                lambda: voice_changer_generate_sse.build_request(
                    body=ChangeVoiceRequest(
                        clip=uploads.file(clip, "clip"),
                        voice_id=voice_id,
                        output_format_container=output_format_container,
                        output_format_sample_rate=output_format_sample_rate,
                        output_format_encoding=output_format_encoding,
                        output_format_bit_rate=output_format_bit_rate,
                    )
                ),
                options,
            ) as download:
                yield download


class AsyncVoiceChanger:
    """The operations of the resource `voice_changer`, asynchronous."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    @asynccontextmanager
    async def generate(
        self,
        *,
        clip: UploadFile,
        voice_id: str,
        output_format_container: OutputContainer,
        output_format_sample_rate: SampleRate,
        output_format_encoding: RawEncoding | Unset = UNSET,
        output_format_bit_rate: MpegBitRate | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AsyncIterator[AsyncDownload]:
        """Speak a recording with another voice and stream the audio as a file.

        The words and the intonation do not change. The server sends the audio in the requested
        container while it generates it. It costs 15 credits for each second of the recording.

        Use it in an `async with` block; the file arrives while you read it.

        Args:
            clip: The recording of speech.
            voice_id: Id of the voice to speak with.
            output_format_container: Container of the audio.
            output_format_sample_rate: Sampling rate of the audio in Hz.
            output_format_encoding: Encoding of one sample. Needed for `raw` and `wav`, not
                for `mp3`.
            output_format_bit_rate: Bit rate in bits per second. Needed for `mp3` only.
            options: Settings of this call, such as its timeout.

        Raises:
            OSError: If a file cannot be opened. Nothing was sent.
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.change_voice_request import ChangeVoiceRequest
        from . import voice_changer_generate

        with Uploads() as uploads:
            async with self._sender.stream(
                lambda: voice_changer_generate.build_request(
                    body=ChangeVoiceRequest(
                        clip=uploads.file(clip, "clip"),
                        voice_id=voice_id,
                        output_format_container=output_format_container,
                        output_format_sample_rate=output_format_sample_rate,
                        output_format_encoding=output_format_encoding,
                        output_format_bit_rate=output_format_bit_rate,
                    )
                ),
                options,
            ) as download:
                yield download

    @asynccontextmanager
    async def generate_sse(
        self,
        *,
        clip: UploadFile,
        voice_id: str,
        output_format_container: OutputContainer,
        output_format_sample_rate: SampleRate,
        output_format_encoding: RawEncoding | Unset = UNSET,
        output_format_bit_rate: MpegBitRate | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AsyncIterator[AsyncDownload]:
        """Speak a recording with another voice and stream the audio as server-sent events.

        Each event is one JSON object: see the schemas `VoiceChangerChunkEvent`,
        `VoiceChangerDoneEvent` and `VoiceChangerErrorEvent`. Only the error has a `type`; tell
        the other two apart by `done`. If the stream ends before an event whose `done` is true,
        it was cut off. It costs 15 credits for each second of the recording.

        Use it in an `async with` block; the file arrives while you read it.

        Args:
            clip: The recording of speech.
            voice_id: Id of the voice to speak with.
            output_format_container: Container of the audio.
            output_format_sample_rate: Sampling rate of the audio in Hz.
            output_format_encoding: Encoding of one sample. Needed for `raw` and `wav`, not
                for `mp3`.
            output_format_bit_rate: Bit rate in bits per second. Needed for `mp3` only.
            options: Settings of this call, such as its timeout.

        Raises:
            OSError: If a file cannot be opened. Nothing was sent.
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.change_voice_request import ChangeVoiceRequest
        from . import voice_changer_generate_sse

        with Uploads() as uploads:
            async with self._sender.stream(
                lambda: voice_changer_generate_sse.build_request(
                    body=ChangeVoiceRequest(
                        clip=uploads.file(clip, "clip"),
                        voice_id=voice_id,
                        output_format_container=output_format_container,
                        output_format_sample_rate=output_format_sample_rate,
                        output_format_encoding=output_format_encoding,
                        output_format_bit_rate=output_format_bit_rate,
                    )
                ),
                options,
            ) as download:
                yield download


__all__ = ["AsyncVoiceChanger", "VoiceChanger"]
