"""The resource `voices`."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from cartesia_runtime.files import Uploads
from cartesia_runtime.models import UNSET
from cartesia_runtime.paging import AsyncList, Pages, first_page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from cartesia_runtime.files import UploadFile
    from cartesia_runtime.models import Unset
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import AsyncSender, Sender

    from ...models.attachable_accent import AttachableAccent
    from ...models.gender_presentation import GenderPresentation
    from ...models.language import Language
    from ...models.localize_dialect import LocalizeDialect
    from ...models.localize_target_language import LocalizeTargetLanguage
    from ...models.speaker_gender import SpeakerGender
    from ...models.voice import Voice
    from ...models.voice_accent import VoiceAccent
    from ...models.voice_expand import VoiceExpand
    from ...models.voice_metadata import VoiceMetadata
    from ...models.voice_page import VoicePage


class Voices:
    """The operations of the resource `voices`."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        ending_before: str | Unset = UNSET,
        q: str | Unset = UNSET,
        is_owner: bool | Unset = UNSET,
        gender: GenderPresentation | Unset = UNSET,
        language: str | Unset = UNSET,
        expand: builtins.list[VoiceExpand] | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> VoicePage:
        """List one page of the voices you may use.

        Your own voices and the public library, one page at a time.

        Iterating over the page yields the items of all pages; `data` has those of this page.

        Args:
            limit: Voices per page, 1 to 100. The server sends 10 when it is left out.
            starting_after: Id of a voice. The page starts with the voice after it; pass the
                id of the last voice of the previous page.
            ending_before: Id of a voice. The page ends with the voice before it; pass the id
                of the first voice of the next page.
            q: Text to find in the name, the description or the id. The server ignores accents
                and other diacritics.
            is_owner: True lists only the voices of your organisation, false only the others.
                The server lists both when it is left out.
            gender: Gender that a voice sounds like.
            language: Language or locale of the voices, such as `en` or `en-GB`. Documented up
                to version 2026-03-01; a newer server may ignore it.
            expand: Optional fields to include. The server sends `preview_file_url` only when
                you ask for it here.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed, or a cursor comes twice, so that the
                list would never end.
        """
        from . import voices_list

        def fetch(starting_after: str | Unset, ending_before: str | Unset) -> VoicePage:
            return self._sender.call(
                lambda: voices_list.build_request(
                    limit=limit,
                    starting_after=starting_after,
                    ending_before=ending_before,
                    q=q,
                    is_owner=is_owner,
                    gender=gender,
                    language=language,
                    expand=expand,
                ),
                voices_list.parse,
                options,
            )

        pages = Pages(
            self._sender.malformed_error,
            "voices_list",
            starting_after,
            ending_before,
            fetch,
            waits=False,
        )
        return first_page(pages)

    def iter_all(
        self,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        q: str | Unset = UNSET,
        is_owner: bool | Unset = UNSET,
        gender: GenderPresentation | Unset = UNSET,
        language: str | Unset = UNSET,
        expand: builtins.list[VoiceExpand] | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> Iterator[Voice]:
        """Iterate over the items of all pages of `list`, fetching each page when needed.

        Args:
            limit: Voices per page, 1 to 100. The server sends 10 when it is left out.
            starting_after: Id of a voice. The page starts with the voice after it; pass the
                id of the last voice of the previous page.
            q: Text to find in the name, the description or the id. The server ignores accents
                and other diacritics.
            is_owner: True lists only the voices of your organisation, false only the others.
                The server lists both when it is left out.
            gender: Gender that a voice sounds like.
            language: Language or locale of the voices, such as `en` or `en-GB`. Documented up
                to version 2026-03-01; a newer server may ignore it.
            expand: Optional fields to include. The server sends `preview_file_url` only when
                you ask for it here.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed, or a cursor comes twice, so that the
                list would never end.
        """
        yield from self.list(
            limit=limit,
            starting_after=starting_after,
            q=q,
            is_owner=is_owner,
            gender=gender,
            language=language,
            expand=expand,
            options=options,
        )

    def clone(
        self,
        *,
        clip: UploadFile,
        name: str,
        language: Language | str,
        accent: VoiceAccent | Unset = UNSET,
        description: str | Unset = UNSET,
        base_voice_id: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> VoiceMetadata:
        """Clone a voice from a short recording.

        Creates an instant clone, which is ready when the call returns. A clean recording of 3
        to 10 seconds of one speaker works best.

        Args:
            clip: Recording of the speaker, 3 to 10 seconds, as flac, mp3, mpeg, mpga, oga,
                ogg, wav or webm.
            name: Display name of the new voice.
            language: Language spoken in the recording.
            accent: Catalog id of the speaker's accent. The server detects it when it is left
                out.
            description: What the voice sounds like.
            base_voice_id: Id of a voice to start from.
            options: Settings of this call, such as its timeout.

        Raises:
            OSError: If a file cannot be opened. Nothing was sent.
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.clone_voice_request import CloneVoiceRequest
        from . import voices_clone

        with Uploads() as uploads:
            return self._sender.call(
                lambda: voices_clone.build_request(
                    body=CloneVoiceRequest(
                        clip=uploads.file(clip, "clip"),
                        name=name,
                        language=language,
                        accent=accent,
                        description=description,
                        base_voice_id=base_voice_id,
                    )
                ),
                voices_clone.parse,
                options,
            )

    def localize(
        self,
        *,
        voice_id: str,
        name: str,
        accent: VoiceAccent,
        description: str | Unset = UNSET,
        tagline: str | Unset = UNSET,
        language: LocalizeTargetLanguage | Unset = UNSET,
        dialect: LocalizeDialect | None | Unset = UNSET,
        original_speaker_gender: SpeakerGender | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> VoiceMetadata:
        """Create a new voice that speaks with another accent or language.

        The source voice does not change. The accent must be marked `is_localizable` in the
        accent catalog.

        Args:
            voice_id: Id of the source voice.
            name: Display name of the new voice.
            accent: Catalog id of an accent that is marked `is_localizable`.
            description: What the new voice sounds like.
            tagline: A few words about the new voice, at most 32 characters.
            language: Language of the new voice. The server takes it from the accent when it
                is left out.
            dialect: Dialect, the older way to name an accent.
            original_speaker_gender: Gender of the speaker of the source voice.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.localize_voice_request import LocalizeVoiceRequest
        from . import voices_localize

        return self._sender.call(
            lambda: voices_localize.build_request(
                body=LocalizeVoiceRequest(
                    voice_id=voice_id,
                    name=name,
                    accent=accent,
                    description=description,
                    tagline=tagline,
                    language=language,
                    dialect=dialect,
                    original_speaker_gender=original_speaker_gender,
                )
            ),
            voices_localize.parse,
            options,
        )

    def get(
        self,
        id: str,
        *,
        expand: builtins.list[VoiceExpand] | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> Voice:
        """Get one voice.

        Args:
            id: Id of the voice.
            expand: Optional fields to include. The server sends `preview_file_url` only when
                you ask for it here.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import voices_get

        return self._sender.call(
            lambda: voices_get.build_request(id=id, expand=expand), voices_get.parse, options
        )

    def delete(self, id: str, *, options: RequestOptions | None = None) -> None:
        """Delete a voice you own.

        You cannot undo this. Later requests that use the voice fail.

        Args:
            id: Id of the voice.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import voices_delete

        return self._sender.call(
            lambda: voices_delete.build_request(id=id), voices_delete.parse, options
        )

    def update(
        self,
        id: str,
        *,
        name: str | Unset = UNSET,
        description: str | Unset = UNSET,
        gender: GenderPresentation | None | Unset = UNSET,
        accent: None | Unset | VoiceAccent = UNSET,
        options: RequestOptions | None = None,
    ) -> Voice:
        """Change the name, description, gender or accent of a voice you own.

        The server keeps the fields that you leave out. Null resets a field to the server's
        default.

        Args:
            id: Id of the voice.
            name: New display name.
            description: New description.
            gender: Gender that the voice sounds like. Null resets it to the default.
            accent: Catalog id of the accent. Null resets it to the default.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.update_voice_request import UpdateVoiceRequest
        from . import voices_update

        return self._sender.call(
            lambda: voices_update.build_request(
                id=id,
                body=UpdateVoiceRequest(
                    name=name, description=description, gender=gender, accent=accent
                ),
            ),
            voices_update.parse,
            options,
        )

    def add_accents(
        self,
        id: str,
        *,
        accents: builtins.list[AttachableAccent],
        options: RequestOptions | None = None,
    ) -> Voice:
        """Attach accents to a voice you own.

        Only instant clones can have accents, at most 10 each, including the native one. With an
        attached accent, the voice speaks that locale like a native.

        Args:
            id: Id of the voice.
            accents: Catalog ids. A voice has at most 10 accents, the native one included.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.add_accents_request import AddAccentsRequest
        from . import voices_add_accents

        return self._sender.call(
            lambda: voices_add_accents.build_request(
                id=id, body=AddAccentsRequest(accents=accents)
            ),
            voices_add_accents.parse,
            options,
        )

    def delete_accent(
        self, accent_id: str, *, id: str, options: RequestOptions | None = None
    ) -> Voice:
        """Detach an accent from a voice you own.

        Unlike the other deletions, this one returns the voice, without the accent.

        Args:
            accent_id: Catalog id of an accent attached to the voice, such as `british`.
            id: Id of the voice.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import voices_delete_accent

        return self._sender.call(
            lambda: voices_delete_accent.build_request(id=id, accent_id=accent_id),
            voices_delete_accent.parse,
            options,
        )


class AsyncVoices:
    """The operations of the resource `voices`, asynchronous."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        ending_before: str | Unset = UNSET,
        q: str | Unset = UNSET,
        is_owner: bool | Unset = UNSET,
        gender: GenderPresentation | Unset = UNSET,
        language: str | Unset = UNSET,
        expand: builtins.list[VoiceExpand] | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AsyncList[VoicePage, Voice]:
        """List one page of the voices you may use.

        Your own voices and the public library, one page at a time.

        `await` returns the page, and `async for` iterates over the items of all pages.

        Args:
            limit: Voices per page, 1 to 100. The server sends 10 when it is left out.
            starting_after: Id of a voice. The page starts with the voice after it; pass the
                id of the last voice of the previous page.
            ending_before: Id of a voice. The page ends with the voice before it; pass the id
                of the first voice of the next page.
            q: Text to find in the name, the description or the id. The server ignores accents
                and other diacritics.
            is_owner: True lists only the voices of your organisation, false only the others.
                The server lists both when it is left out.
            gender: Gender that a voice sounds like.
            language: Language or locale of the voices, such as `en` or `en-GB`. Documented up
                to version 2026-03-01; a newer server may ignore it.
            expand: Optional fields to include. The server sends `preview_file_url` only when
                you ask for it here.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed, or a cursor comes twice, so that the
                list would never end.
        """
        from . import voices_list

        async def fetch(starting_after: str | Unset, ending_before: str | Unset) -> VoicePage:
            return await self._sender.call(
                lambda: voices_list.build_request(
                    limit=limit,
                    starting_after=starting_after,
                    ending_before=ending_before,
                    q=q,
                    is_owner=is_owner,
                    gender=gender,
                    language=language,
                    expand=expand,
                ),
                voices_list.parse,
                options,
            )

        pages = Pages(
            self._sender.malformed_error,
            "voices_list",
            starting_after,
            ending_before,
            fetch,
            waits=True,
        )
        return AsyncList(pages)

    def iter_all(
        self,
        *,
        limit: int | Unset = UNSET,
        starting_after: str | Unset = UNSET,
        q: str | Unset = UNSET,
        is_owner: bool | Unset = UNSET,
        gender: GenderPresentation | Unset = UNSET,
        language: str | Unset = UNSET,
        expand: builtins.list[VoiceExpand] | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> AsyncIterator[Voice]:
        """Iterate over the items of all pages of `list`, fetching each page when needed.

        Args:
            limit: Voices per page, 1 to 100. The server sends 10 when it is left out.
            starting_after: Id of a voice. The page starts with the voice after it; pass the
                id of the last voice of the previous page.
            q: Text to find in the name, the description or the id. The server ignores accents
                and other diacritics.
            is_owner: True lists only the voices of your organisation, false only the others.
                The server lists both when it is left out.
            gender: Gender that a voice sounds like.
            language: Language or locale of the voices, such as `en` or `en-GB`. Documented up
                to version 2026-03-01; a newer server may ignore it.
            expand: Optional fields to include. The server sends `preview_file_url` only when
                you ask for it here.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed, or a cursor comes twice, so that the
                list would never end.
        """
        return aiter(
            self.list(
                limit=limit,
                starting_after=starting_after,
                q=q,
                is_owner=is_owner,
                gender=gender,
                language=language,
                expand=expand,
                options=options,
            )
        )

    async def clone(
        self,
        *,
        clip: UploadFile,
        name: str,
        language: Language | str,
        accent: VoiceAccent | Unset = UNSET,
        description: str | Unset = UNSET,
        base_voice_id: str | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> VoiceMetadata:
        """Clone a voice from a short recording.

        Creates an instant clone, which is ready when the call returns. A clean recording of 3
        to 10 seconds of one speaker works best.

        Args:
            clip: Recording of the speaker, 3 to 10 seconds, as flac, mp3, mpeg, mpga, oga,
                ogg, wav or webm.
            name: Display name of the new voice.
            language: Language spoken in the recording.
            accent: Catalog id of the speaker's accent. The server detects it when it is left
                out.
            description: What the voice sounds like.
            base_voice_id: Id of a voice to start from.
            options: Settings of this call, such as its timeout.

        Raises:
            OSError: If a file cannot be opened. Nothing was sent.
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.clone_voice_request import CloneVoiceRequest
        from . import voices_clone

        with Uploads() as uploads:
            return await self._sender.call(
                lambda: voices_clone.build_request(
                    body=CloneVoiceRequest(
                        clip=uploads.file(clip, "clip"),
                        name=name,
                        language=language,
                        accent=accent,
                        description=description,
                        base_voice_id=base_voice_id,
                    )
                ),
                voices_clone.parse,
                options,
            )

    async def localize(
        self,
        *,
        voice_id: str,
        name: str,
        accent: VoiceAccent,
        description: str | Unset = UNSET,
        tagline: str | Unset = UNSET,
        language: LocalizeTargetLanguage | Unset = UNSET,
        dialect: LocalizeDialect | None | Unset = UNSET,
        original_speaker_gender: SpeakerGender | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> VoiceMetadata:
        """Create a new voice that speaks with another accent or language.

        The source voice does not change. The accent must be marked `is_localizable` in the
        accent catalog.

        Args:
            voice_id: Id of the source voice.
            name: Display name of the new voice.
            accent: Catalog id of an accent that is marked `is_localizable`.
            description: What the new voice sounds like.
            tagline: A few words about the new voice, at most 32 characters.
            language: Language of the new voice. The server takes it from the accent when it
                is left out.
            dialect: Dialect, the older way to name an accent.
            original_speaker_gender: Gender of the speaker of the source voice.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.localize_voice_request import LocalizeVoiceRequest
        from . import voices_localize

        return await self._sender.call(
            lambda: voices_localize.build_request(
                body=LocalizeVoiceRequest(
                    voice_id=voice_id,
                    name=name,
                    accent=accent,
                    description=description,
                    tagline=tagline,
                    language=language,
                    dialect=dialect,
                    original_speaker_gender=original_speaker_gender,
                )
            ),
            voices_localize.parse,
            options,
        )

    async def get(
        self,
        id: str,
        *,
        expand: builtins.list[VoiceExpand] | Unset = UNSET,
        options: RequestOptions | None = None,
    ) -> Voice:
        """Get one voice.

        Args:
            id: Id of the voice.
            expand: Optional fields to include. The server sends `preview_file_url` only when
                you ask for it here.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import voices_get

        return await self._sender.call(
            lambda: voices_get.build_request(id=id, expand=expand), voices_get.parse, options
        )

    async def delete(self, id: str, *, options: RequestOptions | None = None) -> None:
        """Delete a voice you own.

        You cannot undo this. Later requests that use the voice fail.

        Args:
            id: Id of the voice.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import voices_delete

        return await self._sender.call(
            lambda: voices_delete.build_request(id=id), voices_delete.parse, options
        )

    async def update(
        self,
        id: str,
        *,
        name: str | Unset = UNSET,
        description: str | Unset = UNSET,
        gender: GenderPresentation | None | Unset = UNSET,
        accent: None | Unset | VoiceAccent = UNSET,
        options: RequestOptions | None = None,
    ) -> Voice:
        """Change the name, description, gender or accent of a voice you own.

        The server keeps the fields that you leave out. Null resets a field to the server's
        default.

        Args:
            id: Id of the voice.
            name: New display name.
            description: New description.
            gender: Gender that the voice sounds like. Null resets it to the default.
            accent: Catalog id of the accent. Null resets it to the default.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.update_voice_request import UpdateVoiceRequest
        from . import voices_update

        return await self._sender.call(
            lambda: voices_update.build_request(
                id=id,
                body=UpdateVoiceRequest(
                    name=name, description=description, gender=gender, accent=accent
                ),
            ),
            voices_update.parse,
            options,
        )

    async def add_accents(
        self,
        id: str,
        *,
        accents: builtins.list[AttachableAccent],
        options: RequestOptions | None = None,
    ) -> Voice:
        """Attach accents to a voice you own.

        Only instant clones can have accents, at most 10 each, including the native one. With an
        attached accent, the voice speaks that locale like a native.

        Args:
            id: Id of the voice.
            accents: Catalog ids. A voice has at most 10 accents, the native one included.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from ...models.add_accents_request import AddAccentsRequest
        from . import voices_add_accents

        return await self._sender.call(
            lambda: voices_add_accents.build_request(
                id=id, body=AddAccentsRequest(accents=accents)
            ),
            voices_add_accents.parse,
            options,
        )

    async def delete_accent(
        self, accent_id: str, *, id: str, options: RequestOptions | None = None
    ) -> Voice:
        """Detach an accent from a voice you own.

        Unlike the other deletions, this one returns the voice, without the accent.

        Args:
            accent_id: Catalog id of an accent attached to the voice, such as `british`.
            id: Id of the voice.
            options: Settings of this call, such as its timeout.

        Raises:
            APIStatusError: If the service returns an error.
            APIConnectionError: If the service cannot be reached, or does not answer in time.
            RemoteProtocolError: If the answer is malformed.
        """
        from . import voices_delete_accent

        return await self._sender.call(
            lambda: voices_delete_accent.build_request(id=id, accent_id=accent_id),
            voices_delete_accent.parse,
            options,
        )


__all__ = ["AsyncVoices", "Voices"]
