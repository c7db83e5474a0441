"""Collections of the service: items kept by id, newest first."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cartesia_emulator.errors import ApiError
from cartesia_emulator.state.collection import Collection

IDS = st.sampled_from("abcdef")


class Thing(msgspec.Struct, frozen=True):
    id: str
    size: int = 0


class Kept(RuleBasedStateMachine):
    """A list, oldest first, says what a collection holds."""

    def __init__(self) -> None:
        super().__init__()
        self.things = Collection[Thing]("thing", [Thing("z"), Thing("y")])
        self.model = [Thing("z"), Thing("y")]

    @rule(ident=IDS, size=st.integers(0, 3))
    def add(self, ident: str, size: int) -> None:
        thing = Thing(ident, size)
        assert self.things.add(thing) is thing
        at = next((at for at, old in enumerate(self.model) if old.id == ident), len(self.model))
        self.model[at : at + 1] = [thing]

    @rule(ident=IDS | st.just("z"))
    def remove(self, ident: str) -> None:
        old = [thing for thing in self.model if thing.id == ident]
        if old:
            assert self.things.remove(ident) == old[0]
            self.model.remove(old[0])
        else:
            with pytest.raises(ApiError, match=f"There is no thing '{ident}'"):
                self.things.remove(ident)

    @invariant()
    def newest_first(self) -> None:
        assert self.things.all() == self.model[::-1]
        assert all(self.things.get(thing.id) == thing for thing in self.model)


TestKept = Kept.TestCase
TestKept.settings = settings(max_examples=15, stateful_step_count=20)


def test_what_is_not_there_is_a_404_that_names_it() -> None:
    things = Collection[Thing]("thing", code="thing_not_found")
    with pytest.raises(ApiError, match=r"^There is no thing 'a'\.$") as caught:
        things.get("a")
    assert (caught.value.status, caught.value.code) == (404, "thing_not_found")
    with pytest.raises(ApiError, match=r"^thing_id: there is no thing 'a'\.$"):
        things.get("a", field="thing_id")
    with pytest.raises(ApiError) as plain:
        Collection[Thing]("thing").get("a")
    assert plain.value.code is None


def test_a_listing_is_a_copy() -> None:
    things = Collection[Thing]("thing", [Thing("a")])
    things.all().clear()
    assert things.all() == [Thing("a")]
