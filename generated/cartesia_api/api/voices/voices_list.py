"""GET /voices: List one page of the voices you may use."""

from __future__ import annotations

from typing import Final

from cartesia_runtime.decoding import decode
from cartesia_runtime.encoding import encode_query
from cartesia_runtime.models import UNSET, Unset
from cartesia_runtime.sender import Request, Response

from ...models.gender_presentation import GenderPresentation
from ...models.voice_expand import VoiceExpand
from ...models.voice_page import VoicePage

OPERATION: Final = "voices_list"


def build_request(
    *,
    limit: int | Unset = UNSET,
    starting_after: str | Unset = UNSET,
    ending_before: str | Unset = UNSET,
    q: str | Unset = UNSET,
    is_owner: bool | Unset = UNSET,
    gender: GenderPresentation | Unset = UNSET,
    language: str | Unset = UNSET,
    expand: list[VoiceExpand] | Unset = UNSET,
) -> Request:
    """Return the request.

    Args:
        limit: Voices per page, 1 to 100. The server sends 10 when it is left out.
        starting_after: Id of a voice. The page starts with the voice after it; pass the id of
            the last voice of the previous page.
        ending_before: Id of a voice. The page ends with the voice before it; pass the id of
            the first voice of the next page.
        q: Text to find in the name, the description or the id. The server ignores accents and
            other diacritics.
        is_owner: True lists only the voices of your organisation, false only the others. The
            server lists both when it is left out.
        gender: Gender that a voice sounds like.
        language: Language or locale of the voices, such as `en` or `en-GB`. Documented up to
            version 2026-03-01; a newer server may ignore it.
        expand: Optional fields to include. The server sends `preview_file_url` only when you
            ask for it here.

    Raises:
        EncodeError: If an argument cannot be sent.
    """
    return Request(
        operation=OPERATION,
        method="GET",
        path="/voices",
        params=encode_query(
            {
                "limit": limit,
                "starting_after": starting_after,
                "ending_before": ending_before,
                "q": q,
                "is_owner": is_owner,
                "gender": gender,
                "language": language,
                "expand[]": expand,
            }
        ),
        accept="application/json",
    )


def parse(response: Response) -> VoicePage:
    """Decode the body of a successful response.

    Raises:
        ResponseDecodeError: If the body does not match the document.
    """
    return decode(OPERATION, response, VoicePage.from_dict)
