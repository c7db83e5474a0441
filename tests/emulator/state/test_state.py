"""Everything that clients can make and change, and how it is forgotten."""

from __future__ import annotations

from cartesia_emulator.speech.engine import VoiceShape
from cartesia_emulator.state.state import State
from cartesia_emulator.state.voices import new_voice


def test_resetting_forgets_what_clients_made_and_keeps_the_samples() -> None:
    retired = new_voice(name="Old", accent="british", shape=VoiceShape())
    state = State({"base": VoiceShape(pitch=2.0)}, iter([retired]))
    before = {name: items.all() for name, items in vars(state).items() if hasattr(items, "all")}
    attached = set(state.attached)
    assert {name for name, items in before.items() if not items} == {
        *("dictionaries", "datasets", "files", "fine_tunes")
    }
    state.voices.add(new_voice(name="New", accent="british", shape=VoiceShape()))
    state.files.keep("a.wav", b"", "dataset")
    state.agents.remove(state.agents.all()[0].id)
    state.attached.clear()
    state.reset()
    assert {name: getattr(state, name).all() for name in before} == before
    assert state.attached == attached
    assert state.voices.get(retired.id) is retired
