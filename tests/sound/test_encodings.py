"""What is known of each encoding, against what decodes it."""

import pytest

from cartesia_stream._sound.encodings import SAMPLE_BYTES, SILENCE, Encoding
from cartesia_stream._sound.samples import decode


@pytest.mark.parametrize("encoding", SAMPLE_BYTES)
def test_silence_is_one_sample_of_the_smallest_value(encoding: Encoding) -> None:
    """Which is 8 in A-law, that has no zero."""
    assert len(SILENCE[encoding]) == SAMPLE_BYTES[encoding]
    assert decode(SILENCE[encoding], encoding).tolist() == [8 if encoding == "pcm_alaw" else 0]
