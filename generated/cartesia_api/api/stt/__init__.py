"""The resource `stt`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartesia_runtime.files import Uploads
from cartesia_runtime.models import UNSET

if TYPE_CHECKING:
    from cartesia_runtime.files import UploadFile
    from cartesia_runtime.models import Unset
    from cartesia_runtime.sender import AsyncSender, RequestOptions, Sender

    from ...models.stt_batch_model import SttBatchModel
    from ...models.stt_encoding import SttEncoding
    from ...models.stt_language import SttLanguage
    from ...models.timestamp_granularity import TimestampGranularity
    from ...models.transcription import Transcription


class Stt:
    """The operations of the resource `stt`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def transcribe(
        self,
        *,
        file: UploadFile,
        model: str | SttBatchModel,
        language: str | SttLanguage | Unset = UNSET,
        timestamp_granularities: list[TimestampGranularity] | Unset = UNSET,
        encoding: SttEncoding | Unset = UNSET,
        sample_rate: int | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> Transcription:
        """Transcribe a recording.

        Takes a whole file of any length and answers with the whole transcript. Containers say
        how their audio is encoded; headerless samples need `encoding` and `sample_rate`.

        Args:
            file: The recording, as flac, m4a, mp3, mp4, mpeg, mpga, oga, ogg, wav or webm, or
                as headerless samples.
            model: Id of the model.
            language: Language of the recording. The server assumes `en` when it is left out.
            timestamp_granularities: Ask for timings. `word` fills `words` in the answer; left
                out, there are none.
            encoding: Encoding of headerless samples for speech to text. Needed, with
                `sample_rate`, only for those.
            sample_rate: Sampling rate in Hz. Needed, with `encoding`, only for headerless
                samples.
            options: What this call does differently, such as its timeout.

        Raises:
            OSError: If a file cannot be opened. Nothing was sent.
            APIError: If the service cannot be reached, refuses, or does not keep to the document.
        """
        from ...models.transcribe_request import TranscribeRequest
        from . import stt_transcribe

        with Uploads() as uploads:
            return self._sender.call(
                stt_transcribe.build_request(
                    body=TranscribeRequest(
                        file=uploads.file(file),
                        model=model,
                        language=language,
                        timestamp_granularities=timestamp_granularities,
                    ),
                    encoding=encoding,
                    sample_rate=sample_rate,
                ),
                stt_transcribe.parse,
                options,
            )


class AsyncStt:
    """The operations of the resource `stt`, in an event loop."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def transcribe(
        self,
        *,
        file: UploadFile,
        model: str | SttBatchModel,
        language: str | SttLanguage | Unset = UNSET,
        timestamp_granularities: list[TimestampGranularity] | Unset = UNSET,
        encoding: SttEncoding | Unset = UNSET,
        sample_rate: int | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> Transcription:
        """Transcribe a recording.

        Takes a whole file of any length and answers with the whole transcript. Containers say
        how their audio is encoded; headerless samples need `encoding` and `sample_rate`.

        Args:
            file: The recording, as flac, m4a, mp3, mp4, mpeg, mpga, oga, ogg, wav or webm, or
                as headerless samples.
            model: Id of the model.
            language: Language of the recording. The server assumes `en` when it is left out.
            timestamp_granularities: Ask for timings. `word` fills `words` in the answer; left
                out, there are none.
            encoding: Encoding of headerless samples for speech to text. Needed, with
                `sample_rate`, only for those.
            sample_rate: Sampling rate in Hz. Needed, with `encoding`, only for headerless
                samples.
            options: What this call does differently, such as its timeout.

        Raises:
            OSError: If a file cannot be opened. Nothing was sent.
            APIError: If the service cannot be reached, refuses, or does not keep to the document.
        """
        from ...models.transcribe_request import TranscribeRequest
        from . import stt_transcribe

        with Uploads() as uploads:
            return await self._sender.call(
                stt_transcribe.build_request(
                    body=TranscribeRequest(
                        file=uploads.file(file),
                        model=model,
                        language=language,
                        timestamp_granularities=timestamp_granularities,
                    ),
                    encoding=encoding,
                    sample_rate=sample_rate,
                ),
                stt_transcribe.parse,
                options,
            )


__all__ = ["AsyncStt", "Stt"]
