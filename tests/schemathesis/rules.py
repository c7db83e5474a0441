"""Rules of the service that a schema cannot tell: valid requests that are refused all the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from schemathesis.openapi.checks import RejectedPositiveData

if TYPE_CHECKING:
    from schemathesis.core.failures import Failure
    from schemathesis.core.transport import Response

RULES: Final = {
    # Start of the message: the rule.
    r"(starting_after|ending_before): ": "a cursor is the id of something in the list",
    r"starting_after and ending_before": "only one cursor at a time",
    r"language and locale": "only one of them",
    r"(agent_id|model_id|transcript|name|voice_id|voice\[id\]|purpose): this field": "not blank",
    r"name: must not be empty": "not blank",
    r"name: use lower-case": "names of metrics have few letters",
    r"transcript: ": "there must be something to say",
    r"accent: .* is not (localizable|an accent)": "an accent belongs to one language",
    r"accents: a voice has at most": "ten accents, the native one included",
    r"(language|locale): .* has no accent": "not every language has an accent",
    r"output_format\.(encoding|bit_rate): ": "which members a format has depends on its container",
    r"(locale|normalization): ": "a language or locale of the service",
    r"left_audio: send it": "one neighbour at least",
    r"sample_rate: ": "given with the encoding, and a rate that audio can have",
    r"expires_in: 0 ": "a token lives",
    r"(clip|file|left_audio|right_audio): ": "a file is not empty, and a recording can be read",
    r"pronunciation_dict_id: needs": "older models have no dictionaries",
}


def accepts(failure: Failure, response: Response) -> bool:
    """Whether a failure is a refusal by one of the rules."""
    if not isinstance(failure, RejectedPositiveData) or response.status_code not in (400, 415):
        return False
    message = str(response.json()["message"])
    return any(re.match(start, message, re.DOTALL) for start in RULES)
