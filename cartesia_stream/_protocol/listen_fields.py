"""Validate the options of a listener and turn them into the query of its handshake."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, cast

from .._checks import id_of, is_number, text_of
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from ..transcripts import ListenFormat

DEFAULT_MODEL: Final = "ink-2"
MAX_KEYTERMS: Final = 100
MAX_KEYTERM_LETTERS: Final = 1200
THRESHOLDS: Final[Mapping[str, tuple[float, float, float]]] = {
    "start_threshold": (0.5, 0.9, 0.8),
    "eager_end_threshold": (0.3, 0.6, 0.4),
    "end_threshold": (0.05, 0.5, 0.2),
}
"""Lowest and highest value of each threshold, and the service's default."""
END_TIMEOUT_MS: Final = (640, 11200)


def turn_settings(given: Mapping[str, object]) -> dict[str, float]:
    """Check the settings of turns; return those that are not None.

    Raises:
        ConfigurationError: If one is out of range, or the thresholds do not decrease.
    """
    settings: dict[str, float] = {}
    for name, value in given.items():
        if value is None:
            continue
        whole = name == "end_timeout_ms"
        low, high = END_TIMEOUT_MS if whole else THRESHOLDS[name][:2]
        settings[name] = _number(name, value, low, high, whole=whole)
    start, eager, end = (
        settings.get(name, default) for name, (_, _, default) in THRESHOLDS.items()
    )
    if not start > eager > end:
        raise ConfigurationError(
            f"start_threshold ({start}) must be above eager_end_threshold ({eager}), and that "
            f"above end_threshold ({end})",
            option=next((name for name in THRESHOLDS if name in settings), None),
        )
    return settings


def listen_query(
    fmt: ListenFormat,
    *,
    model: object,
    keyterms: object,
    settings: Mapping[str, float] | None = None,
    language: object = None,
    min_volume: object = None,
    max_silence_duration_secs: object = None,
) -> tuple[tuple[str, str], ...]:
    """Return the query of the handshake; without the checked settings of turns, for dictation.

    Raises:
        ConfigurationError: If an option is invalid, or does not work with the model.
    """
    if not isinstance(model, str) or not model.strip():
        raise ConfigurationError("model must be the id of a model, such as ink-2", option="model")
    model = id_of(model, "model")
    whisper = model.startswith("ink-whisper")
    if whisper and settings is not None:
        raise ConfigurationError(
            f"{model} does not find turns; use ink-2, or stt.dictate", option="model"
        )
    query = [
        ("model", model),
        ("encoding", fmt.encoding),
        ("sample_rate", str(fmt.sample_rate)),
    ]
    if language is not None:
        if not isinstance(language, str) or not language:
            raise ConfigurationError("language must be a code such as en", option="language")
        language = text_of(language, "language")
        if model == "ink-2" and language != "en":
            raise ConfigurationError(
                "ink-2 understands only en; use ink-whisper", option="language"
            )
        query.append(("language", language))
    for name, value, high in (
        ("min_volume", min_volume, 1.0),
        ("max_silence_duration_secs", max_silence_duration_secs, math.inf),
    ):
        if value is not None:
            number = _number(name, value, 0.0, high)
            if model == "ink-2":
                raise ConfigurationError(f"{name} works only with ink-whisper", option=name)
            query.append((name, _text(number)))
    terms = _keyterms(keyterms)
    if terms and whisper:
        raise ConfigurationError("keyterms work only with ink-2", option="keyterms")
    query += [("keyterm", term) for term in terms]
    query += [(f"turn_{name}", _text(value)) for name, value in (settings or {}).items()]
    return tuple(query)


def _text(number: float) -> str:
    """Return all digits of a number, and no more."""
    return str(number).removesuffix(".0")


def _keyterms(value: object) -> list[str]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ConfigurationError("keyterms must be a list of strings", option="keyterms")
    terms = list(cast("Sequence[object]", value))
    if not all(isinstance(term, str) and term.strip() for term in terms):
        raise ConfigurationError("keyterms must be strings that are not blank", option="keyterms")
    texts = [text_of(term, "keyterms") for term in terms]
    if len(texts) > MAX_KEYTERMS or sum(map(len, texts)) > MAX_KEYTERM_LETTERS:
        raise ConfigurationError(
            f"keyterms: at most {MAX_KEYTERMS} terms with {MAX_KEYTERM_LETTERS} characters "
            f"together; these are {len(texts)} with {sum(map(len, texts))}",
            option="keyterms",
        )
    return texts


def check_pace(pace: object, max_lag: object) -> None:
    """Check the options that say how fast audio is sent.

    Raises:
        ConfigurationError: If one is not a number above 0.
    """
    for name, value in (("pace", 1.0 if pace is None else pace), ("max_lag", max_lag)):
        if not is_number(value) or value <= 0:
            raise ConfigurationError(f"{name} is {value!r}; give a number above 0", option=name)


def _number(name: str, value: object, low: float, high: float, *, whole: bool = False) -> float:
    if is_number(value) and low <= value <= high and (isinstance(value, int) or not whole):
        return value
    kind = "whole numbers from " if whole else ""
    allowed = f"{low:g} or more" if high == math.inf else f"{kind}{low:g} to {high:g}"
    raise ConfigurationError(f"{name} is {value!r}; allowed: {allowed}", option=name)
