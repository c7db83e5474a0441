"""The resource `stt`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartesia_runtime.files import Uploads
from cartesia_runtime.models import UNSET

if TYPE_CHECKING:
    from cartesia_runtime.files import UploadFile
    from cartesia_runtime.models import Unset
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import AsyncSender, Sender

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

        Send a whole file of any length to get the whole transcript. For samples without a
        header, give `encoding` and `sample_rate` as well.

        Args:
            file: The recording, as flac, m4a, mp3, mp4, mpeg, mpga, oga, ogg, wav or webm, or
                as headerless samples.
            model: Id of the model.
            language: Language of the recording. The server assumes `en` when it is left out.
            timestamp_granularities: Times to include. `word` adds `words` to the response;
                without it there are no times.
            encoding: Encoding of samples without a header.
            sample_rate: Sampling rate in Hz. Give it, with `encoding`, only for samples
                without a header.
            options: Settings of this call, such as its timeout.

        Raises:
            OSError: If a file cannot be opened. Nothing was sent.
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.transcribe_request import TranscribeRequest
        from . import stt_transcribe

        with Uploads() as uploads:
            return self._sender.call(
                lambda: stt_transcribe.build_request(
                    body=TranscribeRequest(
                        file=uploads.file(file, "file"),
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
    """The operations of the resource `stt`, asynchronous."""

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

        Send a whole file of any length to get the whole transcript. For samples without a
        header, give `encoding` and `sample_rate` as well.

        Args:
            file: The recording, as flac, m4a, mp3, mp4, mpeg, mpga, oga, ogg, wav or webm, or
                as headerless samples.
            model: Id of the model.
            language: Language of the recording. The server assumes `en` when it is left out.
            timestamp_granularities: Times to include. `word` adds `words` to the response;
                without it there are no times.
            encoding: Encoding of samples without a header.
            sample_rate: Sampling rate in Hz. Give it, with `encoding`, only for samples
                without a header.
            options: Settings of this call, such as its timeout.

        Raises:
            OSError: If a file cannot be opened. Nothing was sent.
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.transcribe_request import TranscribeRequest
        from . import stt_transcribe

        with Uploads() as uploads:
            return await self._sender.call(
                lambda: stt_transcribe.build_request(
                    body=TranscribeRequest(
                        file=uploads.file(file, "file"),
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
