"""The resource `tts`."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from cartesia_runtime.files import Uploads
from cartesia_runtime.models import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from cartesia_runtime.downloads import AsyncDownload, Download
    from cartesia_runtime.files import UploadFile
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import AsyncSender, Sender

    from ...models.generation_config import GenerationConfig
    from ...models.infill_model import InfillModel
    from ...models.language import Language
    from ...models.model_speed import ModelSpeed
    from ...models.mp_3_output import Mp3Output
    from ...models.mpeg_bit_rate import MpegBitRate
    from ...models.output_container import OutputContainer
    from ...models.raw_encoding import RawEncoding
    from ...models.raw_output import RawOutput
    from ...models.sample_rate import SampleRate
    from ...models.tts_model import TtsModel
    from ...models.voice_by_id import VoiceById
    from ...models.wav_output import WavOutput


class Tts:
    """The operations of the resource `tts`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def generate(
        self,
        *,
        model_id: str | TtsModel,
        transcript: str,
        voice: str | VoiceById,
        output_format: Mp3Output | RawOutput | WavOutput,
        language: Language | None | str | Unset = UNSET,
        locale: None | str | Unset = UNSET,
        normalization: None | str | Unset = UNSET,
        generation_config: GenerationConfig | Unset = UNSET,
        pronunciation_dict_id: None | str | Unset = UNSET,
        save: bool | None | Unset = UNSET,
        speed: ModelSpeed | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AbstractContextManager[Download]:
        """Speak a transcript and stream the audio as a file.

        The server sends the audio in the requested container while it generates it. With
        `save`, the response header `Cartesia-File-ID` has the id of the stored file.

        Use it in a `with` block; the file arrives while you read it.

        Args:
            model_id: Id of the model. Professional voice clones need a dated one.
            transcript: Text to speak.
            voice: The voice, as its id or as an object with its id.
            output_format: Container, encoding and rate of the audio.
            language: Language of the transcript, such as `en`. Give this or `locale`, not
                both.
            locale: Language or language and region, such as `en` or `en-GB`. Give this or
                `language`, not both.
            normalization: How numbers, dates and the like are read: `auto`, `off` or a
                locale. The server uses `auto` when it is left out.
            generation_config: Speed, volume and emotion.
            pronunciation_dict_id: Id of a pronunciation dictionary. Needs sonic-3 or newer.
            save: True stores the audio and sends its id in the header `Cartesia-File-ID`. The
                server assumes false.
            speed: Coarse speed, deprecated in favour of `generation_config`.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.tts_request import TtsRequest
        from . import tts_generate

        return self._sender.stream(
            lambda: tts_generate.build_request(
                body=TtsRequest(
                    model_id=model_id,
                    transcript=transcript,
                    voice=voice,
                    output_format=output_format,
                    language=language,
                    locale=locale,
                    normalization=normalization,
                    generation_config=generation_config,
                    pronunciation_dict_id=pronunciation_dict_id,
                    save=save,
                    speed=speed,
                )
            ),
            options,
        )

    def generate_sse(
        self,
        *,
        model_id: str | TtsModel,
        transcript: str,
        voice: str | VoiceById,
        output_format: RawOutput,
        language: Language | None | str | Unset = UNSET,
        locale: None | str | Unset = UNSET,
        normalization: None | str | Unset = UNSET,
        generation_config: GenerationConfig | Unset = UNSET,
        pronunciation_dict_id: None | str | Unset = UNSET,
        add_timestamps: bool | None | Unset = UNSET,
        add_phoneme_timestamps: bool | None | Unset = UNSET,
        use_normalized_timestamps: bool | None | Unset = UNSET,
        context_id: None | str | Unset = UNSET,
        speed: ModelSpeed | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AbstractContextManager[Download]:
        """Speak a transcript and stream audio and timings as server-sent events.

        Each event is one JSON object with a `type`: see the schemas `TtsSseChunkEvent`,
        `TtsSseTimestampsEvent`, `TtsSsePhonemeTimestampsEvent`, `TtsSseDoneEvent` and
        `TtsSseErrorEvent`. If the stream ends before an event whose `done` is true, it was cut
        off. Only raw audio is available.

        Use it in a `with` block; the file arrives while you read it.

        Args:
            model_id: Id of the model. Professional voice clones need a dated one.
            transcript: Text to speak.
            voice: The voice, as its id or as an object with its id.
            output_format: Encoding and rate of the audio, which is always raw.
            language: Language of the transcript, such as `en`. Give this or `locale`, not
                both.
            locale: Language or language and region, such as `en` or `en-GB`. Give this or
                `language`, not both.
            normalization: How numbers, dates and the like are read: `auto`, `off` or a
                locale. The server uses `auto` when it is left out.
            generation_config: Speed, volume and emotion.
            pronunciation_dict_id: Id of a pronunciation dictionary. Needs sonic-3 or newer.
            add_timestamps: True sends the time of each word. The server assumes false.
            add_phoneme_timestamps: True sends the time of each phoneme. The server assumes
                false.
            use_normalized_timestamps: True gives times for the normalized text instead of the
                text as written.
            context_id: Any id. The server repeats it in every event. It does not continue an
                earlier request.
            speed: Coarse speed, deprecated in favour of `generation_config`.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.tts_sse_request import TtsSseRequest
        from . import tts_generate_sse

        return self._sender.stream(
            lambda: tts_generate_sse.build_request(
                body=TtsSseRequest(
                    model_id=model_id,
                    transcript=transcript,
                    voice=voice,
                    output_format=output_format,
                    language=language,
                    locale=locale,
                    normalization=normalization,
                    generation_config=generation_config,
                    pronunciation_dict_id=pronunciation_dict_id,
                    add_timestamps=add_timestamps,
                    add_phoneme_timestamps=add_phoneme_timestamps,
                    use_normalized_timestamps=use_normalized_timestamps,
                    context_id=context_id,
                    speed=speed,
                )
            ),
            options,
        )

    @contextmanager
    def infill(
        self,
        *,
        model_id: InfillModel | str,
        transcript: str,
        voice_id: str,
        language: Language | str,
        output_format_container: OutputContainer,
        output_format_sample_rate: SampleRate,
        left_audio: UploadFile | Unset = UNSET,
        right_audio: UploadFile | Unset = UNSET,
        output_format_encoding: RawEncoding | Unset = UNSET,
        output_format_bit_rate: MpegBitRate | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> Iterator[Download]:
        """Speak a transcript that joins two recordings, and stream the audio as a file.

        Fills the gap between `left_audio` and `right_audio`. Give at least one of them. The
        server sends the audio in the requested container while it generates it. It costs 300
        credits, plus 1 credit for each character. It works best with longer transcripts, and
        with recordings that are cut exactly at the gap and keep their silence.

        Use it in a `with` block; the file arrives while you read it.

        Args:
            model_id: Id of the model.
            transcript: Text to speak in the gap.
            voice_id: Id of the voice.
            language: Language of the transcript.
            output_format_container: Container of the audio.
            output_format_sample_rate: Sampling rate of the audio in Hz.
            left_audio: The recording before the gap.
            right_audio: The recording after the gap.
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
        from ...models.infill_request import InfillRequest
        from . import tts_infill

        with Uploads() as uploads:
            with self._sender.stream(
                lambda: tts_infill.build_request(
                    body=InfillRequest(
                        model_id=model_id,
                        transcript=transcript,
                        voice_id=voice_id,
                        language=language,
                        output_format_container=output_format_container,
                        output_format_sample_rate=output_format_sample_rate,
                        left_audio=UNSET
                        if isinstance(left_audio, Unset)
                        else uploads.file(left_audio, "left_audio"),
                        right_audio=UNSET
                        if isinstance(right_audio, Unset)
                        else uploads.file(right_audio, "right_audio"),
                        output_format_encoding=output_format_encoding,
                        output_format_bit_rate=output_format_bit_rate,
                    )
                ),
                options,
            ) as download:
                yield download


class AsyncTts:
    """The operations of the resource `tts`, asynchronous."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def generate(
        self,
        *,
        model_id: str | TtsModel,
        transcript: str,
        voice: str | VoiceById,
        output_format: Mp3Output | RawOutput | WavOutput,
        language: Language | None | str | Unset = UNSET,
        locale: None | str | Unset = UNSET,
        normalization: None | str | Unset = UNSET,
        generation_config: GenerationConfig | Unset = UNSET,
        pronunciation_dict_id: None | str | Unset = UNSET,
        save: bool | None | Unset = UNSET,
        speed: ModelSpeed | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AbstractAsyncContextManager[AsyncDownload]:
        """Speak a transcript and stream the audio as a file.

        The server sends the audio in the requested container while it generates it. With
        `save`, the response header `Cartesia-File-ID` has the id of the stored file.

        Use it in an `async with` block; the file arrives while you read it.

        Args:
            model_id: Id of the model. Professional voice clones need a dated one.
            transcript: Text to speak.
            voice: The voice, as its id or as an object with its id.
            output_format: Container, encoding and rate of the audio.
            language: Language of the transcript, such as `en`. Give this or `locale`, not
                both.
            locale: Language or language and region, such as `en` or `en-GB`. Give this or
                `language`, not both.
            normalization: How numbers, dates and the like are read: `auto`, `off` or a
                locale. The server uses `auto` when it is left out.
            generation_config: Speed, volume and emotion.
            pronunciation_dict_id: Id of a pronunciation dictionary. Needs sonic-3 or newer.
            save: True stores the audio and sends its id in the header `Cartesia-File-ID`. The
                server assumes false.
            speed: Coarse speed, deprecated in favour of `generation_config`.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.tts_request import TtsRequest
        from . import tts_generate

        return self._sender.stream(
            lambda: tts_generate.build_request(
                body=TtsRequest(
                    model_id=model_id,
                    transcript=transcript,
                    voice=voice,
                    output_format=output_format,
                    language=language,
                    locale=locale,
                    normalization=normalization,
                    generation_config=generation_config,
                    pronunciation_dict_id=pronunciation_dict_id,
                    save=save,
                    speed=speed,
                )
            ),
            options,
        )

    def generate_sse(
        self,
        *,
        model_id: str | TtsModel,
        transcript: str,
        voice: str | VoiceById,
        output_format: RawOutput,
        language: Language | None | str | Unset = UNSET,
        locale: None | str | Unset = UNSET,
        normalization: None | str | Unset = UNSET,
        generation_config: GenerationConfig | Unset = UNSET,
        pronunciation_dict_id: None | str | Unset = UNSET,
        add_timestamps: bool | None | Unset = UNSET,
        add_phoneme_timestamps: bool | None | Unset = UNSET,
        use_normalized_timestamps: bool | None | Unset = UNSET,
        context_id: None | str | Unset = UNSET,
        speed: ModelSpeed | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AbstractAsyncContextManager[AsyncDownload]:
        """Speak a transcript and stream audio and timings as server-sent events.

        Each event is one JSON object with a `type`: see the schemas `TtsSseChunkEvent`,
        `TtsSseTimestampsEvent`, `TtsSsePhonemeTimestampsEvent`, `TtsSseDoneEvent` and
        `TtsSseErrorEvent`. If the stream ends before an event whose `done` is true, it was cut
        off. Only raw audio is available.

        Use it in an `async with` block; the file arrives while you read it.

        Args:
            model_id: Id of the model. Professional voice clones need a dated one.
            transcript: Text to speak.
            voice: The voice, as its id or as an object with its id.
            output_format: Encoding and rate of the audio, which is always raw.
            language: Language of the transcript, such as `en`. Give this or `locale`, not
                both.
            locale: Language or language and region, such as `en` or `en-GB`. Give this or
                `language`, not both.
            normalization: How numbers, dates and the like are read: `auto`, `off` or a
                locale. The server uses `auto` when it is left out.
            generation_config: Speed, volume and emotion.
            pronunciation_dict_id: Id of a pronunciation dictionary. Needs sonic-3 or newer.
            add_timestamps: True sends the time of each word. The server assumes false.
            add_phoneme_timestamps: True sends the time of each phoneme. The server assumes
                false.
            use_normalized_timestamps: True gives times for the normalized text instead of the
                text as written.
            context_id: Any id. The server repeats it in every event. It does not continue an
                earlier request.
            speed: Coarse speed, deprecated in favour of `generation_config`.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.tts_sse_request import TtsSseRequest
        from . import tts_generate_sse

        return self._sender.stream(
            lambda: tts_generate_sse.build_request(
                body=TtsSseRequest(
                    model_id=model_id,
                    transcript=transcript,
                    voice=voice,
                    output_format=output_format,
                    language=language,
                    locale=locale,
                    normalization=normalization,
                    generation_config=generation_config,
                    pronunciation_dict_id=pronunciation_dict_id,
                    add_timestamps=add_timestamps,
                    add_phoneme_timestamps=add_phoneme_timestamps,
                    use_normalized_timestamps=use_normalized_timestamps,
                    context_id=context_id,
                    speed=speed,
                )
            ),
            options,
        )

    @asynccontextmanager
    async def infill(
        self,
        *,
        model_id: InfillModel | str,
        transcript: str,
        voice_id: str,
        language: Language | str,
        output_format_container: OutputContainer,
        output_format_sample_rate: SampleRate,
        left_audio: UploadFile | Unset = UNSET,
        right_audio: UploadFile | Unset = UNSET,
        output_format_encoding: RawEncoding | Unset = UNSET,
        output_format_bit_rate: MpegBitRate | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AsyncIterator[AsyncDownload]:
        """Speak a transcript that joins two recordings, and stream the audio as a file.

        Fills the gap between `left_audio` and `right_audio`. Give at least one of them. The
        server sends the audio in the requested container while it generates it. It costs 300
        credits, plus 1 credit for each character. It works best with longer transcripts, and
        with recordings that are cut exactly at the gap and keep their silence.

        Use it in an `async with` block; the file arrives while you read it.

        Args:
            model_id: Id of the model.
            transcript: Text to speak in the gap.
            voice_id: Id of the voice.
            language: Language of the transcript.
            output_format_container: Container of the audio.
            output_format_sample_rate: Sampling rate of the audio in Hz.
            left_audio: The recording before the gap.
            right_audio: The recording after the gap.
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
        from ...models.infill_request import InfillRequest
        from . import tts_infill

        with Uploads() as uploads:
            async with self._sender.stream(
                lambda: tts_infill.build_request(
                    body=InfillRequest(
                        model_id=model_id,
                        transcript=transcript,
                        voice_id=voice_id,
                        language=language,
                        output_format_container=output_format_container,
                        output_format_sample_rate=output_format_sample_rate,
                        left_audio=UNSET
                        if isinstance(left_audio, Unset)
                        else uploads.file(left_audio, "left_audio"),
                        right_audio=UNSET
                        if isinstance(right_audio, Unset)
                        else uploads.file(right_audio, "right_audio"),
                        output_format_encoding=output_format_encoding,
                        output_format_bit_rate=output_format_bit_rate,
                    )
                ),
                options,
            ) as download:
                yield download


__all__ = ["AsyncTts", "Tts"]
