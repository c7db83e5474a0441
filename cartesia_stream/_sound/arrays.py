"""Whole audio as an array, and an array as the bytes of audio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from ..errors import ConfigurationError
from .samples import decode

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

    from .encodings import Encoding

__all__ = ["array_of", "bytes_of"]


def array_of(
    data: bytes, encoding: Encoding, dtype: DTypeLike | None, *, copy: bool | None
) -> NDArray[np.int16 | np.float32]:
    """Return samples as `numpy.asarray` asks for them.

    Args:
        data: Whole samples.
        encoding: Their encoding.
        dtype: Type wanted; None takes that of the encoding.
        copy: Whether to copy; None copies if there is no other way.

    Raises:
        ValueError: If ``copy`` is False and there is no way without one.
    """
    array: NDArray[np.int16 | np.float32] = decode(data, encoding)
    as_wanted = dtype is None or np.dtype(dtype) == array.dtype
    if copy is False and not (as_wanted and encoding in ("pcm_s16le", "pcm_f32le")):
        raise ValueError(f"an array of {np.dtype(dtype) if dtype else array.dtype} needs a copy")
    if copy or not as_wanted:
        return array.astype(array.dtype if dtype is None else dtype)
    return array


def bytes_of(array: ArrayLike) -> tuple[Literal["pcm_s16le", "pcm_f32le"], bytes]:
    """Return the encoding and the bytes of one channel of samples.

    Raises:
        ConfigurationError: If it is no such array.
    """
    samples = np.asarray(array)
    if samples.ndim == 2 and samples.shape[1] == 1:
        samples = samples[:, 0]
    if samples.ndim != 1:
        advice = "give one channel, such as array.mean(axis=1)" if samples.ndim == 2 else ""
        raise _bad(f"the array has the shape {samples.shape}, not (samples,)", advice)
    if samples.dtype.str[1:] == "i2":  # in any byte order
        return "pcm_s16le", samples.astype("<i2", copy=False).tobytes()
    if samples.dtype.str[1:] not in ("f4", "f8"):
        advice = "give int16, or floats from -1 to 1"
        raise _bad(f"the array has samples of {samples.dtype}", advice)
    if not np.isfinite(samples).all():
        raise _bad("the array holds NaN or infinity", "replace them with numpy.nan_to_num(array)")
    return "pcm_f32le", samples.astype("<f4").tobytes()


def _bad(what: str, advice: str) -> ConfigurationError:
    return ConfigurationError(f"{what}; {advice}" if advice else what, option="array")
