"""Outputs added to a serialised model."""

from cartesia_emulator.speech.onnxpatch import add_output


def test_add_output_appends_to_the_graph_only() -> None:
    graph = b"\x0a\x01x"
    model = b"\x08\x07" + b"\x3a" + bytes([len(graph)]) + graph + b"\x42\x01z"
    value = b"\x0a\x04name"
    patched = graph + b"\x62" + bytes([len(value)]) + value
    assert add_output(model, "name") == (
        b"\x08\x07" + b"\x3a" + bytes([len(patched)]) + patched + b"\x42\x01z"
    )
