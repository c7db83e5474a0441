"""The resource `voices`."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from cartesia_runtime.files import Uploads
from cartesia_runtime.models import UNSET

if TYPE_CHECKING:
    from cartesia_runtime.files import UploadFile
    from cartesia_runtime.models import Unset
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import AsyncSender, Sender

    from ...models.voice import Voice
    from ...models.voice_embedding import VoiceEmbedding


class Voices:
    """The operations of the resource `voices`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self, *, select: str | Unset = UNSET, options: RequestOptions | None = None
    ) -> builtins.list[Voice]:
        """List all voices you may use.

        Returns one array, without pages.

        Args:
            select: Fields of each voice that the server sends, separated by commas, such as
                `id, name, description`. The server sends all fields when it is left out. It is
                not documented whether other selections work.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import voices_list

        return self._sender.call(
            lambda: voices_list.build_request(select=select), voices_list.parse, options
        )

    def get_embedding(self, id: str, *, options: RequestOptions | None = None) -> VoiceEmbedding:
        """Get the embedding of a voice.

        The packages 0.0.x call this route. In the documented route, the id comes before
        `embedding`.

        Args:
            id: Id of the voice.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import voices_get_embedding

        return self._sender.call(
            lambda: voices_get_embedding.build_request(id=id), voices_get_embedding.parse, options
        )

    def get_embedding_documented(
        self, id: str, *, options: RequestOptions | None = None
    ) -> VoiceEmbedding:
        """Get the embedding of a voice, by the documented route.

        The documentation has this route. The packages 0.0.x call the other one.

        Args:
            id: Id of the voice.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import voices_get_embedding_documented

        return self._sender.call(
            lambda: voices_get_embedding_documented.build_request(id=id),
            voices_get_embedding_documented.parse,
            options,
        )

    def get_embedding_early(
        self, id: str, *, options: RequestOptions | None = None
    ) -> VoiceEmbedding:
        """Get the embedding of a voice, by the first documented route.

        Changes nothing, in spite of its HTTP method. The body is empty.

        Args:
            id: Id of the voice.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import voices_get_embedding_early

        return self._sender.call(
            lambda: voices_get_embedding_early.build_request(id=id),
            voices_get_embedding_early.parse,
            options,
        )

    def clone_from_clip(
        self, *, clip: UploadFile, options: RequestOptions | None = None
    ) -> VoiceEmbedding:
        """Create an embedding from a recording.

        The server stores nothing. The route needed a Pro plan.

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
        from . import voices_clone_from_clip

        with Uploads() as uploads:
            return self._sender.call(
                lambda: voices_clone_from_clip.build_request(
                    body=ClipUpload(clip=uploads.file(clip, "clip"))
                ),
                voices_clone_from_clip.parse,
                options,
            )

    def clone_from_link(
        self, *, link: str, options: RequestOptions | None = None
    ) -> VoiceEmbedding:
        """Create an embedding from a recording on the web.

        The server stores nothing. The body is empty. The route needed a Pro plan.

        Args:
            link: Address of the recording. Only YouTube was supported.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import voices_clone_from_link

        return self._sender.call(
            lambda: voices_clone_from_link.build_request(link=link),
            voices_clone_from_link.parse,
            options,
        )


class AsyncVoices:
    """The operations of the resource `voices`, asynchronous."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def list(
        self, *, select: str | Unset = UNSET, options: RequestOptions | None = None
    ) -> builtins.list[Voice]:
        """List all voices you may use.

        Returns one array, without pages.

        Args:
            select: Fields of each voice that the server sends, separated by commas, such as
                `id, name, description`. The server sends all fields when it is left out. It is
                not documented whether other selections work.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import voices_list

        return await self._sender.call(
            lambda: voices_list.build_request(select=select), voices_list.parse, options
        )

    async def get_embedding(
        self, id: str, *, options: RequestOptions | None = None
    ) -> VoiceEmbedding:
        """Get the embedding of a voice.

        The packages 0.0.x call this route. In the documented route, the id comes before
        `embedding`.

        Args:
            id: Id of the voice.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import voices_get_embedding

        return await self._sender.call(
            lambda: voices_get_embedding.build_request(id=id), voices_get_embedding.parse, options
        )

    async def get_embedding_documented(
        self, id: str, *, options: RequestOptions | None = None
    ) -> VoiceEmbedding:
        """Get the embedding of a voice, by the documented route.

        The documentation has this route. The packages 0.0.x call the other one.

        Args:
            id: Id of the voice.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import voices_get_embedding_documented

        return await self._sender.call(
            lambda: voices_get_embedding_documented.build_request(id=id),
            voices_get_embedding_documented.parse,
            options,
        )

    async def get_embedding_early(
        self, id: str, *, options: RequestOptions | None = None
    ) -> VoiceEmbedding:
        """Get the embedding of a voice, by the first documented route.

        Changes nothing, in spite of its HTTP method. The body is empty.

        Args:
            id: Id of the voice.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import voices_get_embedding_early

        return await self._sender.call(
            lambda: voices_get_embedding_early.build_request(id=id),
            voices_get_embedding_early.parse,
            options,
        )

    async def clone_from_clip(
        self, *, clip: UploadFile, options: RequestOptions | None = None
    ) -> VoiceEmbedding:
        """Create an embedding from a recording.

        The server stores nothing. The route needed a Pro plan.

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
        from . import voices_clone_from_clip

        with Uploads() as uploads:
            return await self._sender.call(
                lambda: voices_clone_from_clip.build_request(
                    body=ClipUpload(clip=uploads.file(clip, "clip"))
                ),
                voices_clone_from_clip.parse,
                options,
            )

    async def clone_from_link(
        self, *, link: str, options: RequestOptions | None = None
    ) -> VoiceEmbedding:
        """Create an embedding from a recording on the web.

        The server stores nothing. The body is empty. The route needed a Pro plan.

        Args:
            link: Address of the recording. Only YouTube was supported.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import voices_clone_from_link

        return await self._sender.call(
            lambda: voices_clone_from_link.build_request(link=link),
            voices_clone_from_link.parse,
            options,
        )


__all__ = ["AsyncVoices", "Voices"]
