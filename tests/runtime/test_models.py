"""`UNSET`, and fields that the document does not define."""

from __future__ import annotations

import copy
import pickle

from cartesia_runtime.models import UNSET, Unset


def test_unset_is_one_object() -> None:
    """Copies, pickles and new instances are all UNSET itself."""
    assert Unset() is UNSET
    assert copy.copy(UNSET) is UNSET
    assert copy.deepcopy({"a": [UNSET]})["a"][0] is UNSET
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(UNSET, protocol)) is UNSET
    assert repr(UNSET) == "UNSET"
    assert not UNSET
