"""Text that can be sent: Unicode characters without halves."""

from __future__ import annotations

from .errors import EncodeError


def whole_text(text: str) -> str:
    """Return a text as a plain `str`, and join the halves of characters that meet in it.

    Languages that count in UTF-16, such as JavaScript, may split a character into two surrogates.

    Raises:
        EncodeError: If a half is alone, which no encoding can express.
    """
    if type(text) is not str:
        text = str.__str__(text)  # a subclass may override it, and JSON encoders check for `str`
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        try:
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError:
            pass
        raise EncodeError("has half a character, a lone surrogate, which cannot be sent") from None
    return text
