"""The latest requests, kept for tests within bounds."""

from __future__ import annotations

from cartesia_emulator.wire.recording import RecordedRequest, Recorder


def test_the_record_of_requests_is_bounded() -> None:
    def request(path: str, body: bytes = b"") -> RecordedRequest:
        return RecordedRequest("POST", path, (), {}, body)

    recorder = Recorder(3, limit_bytes=1000)
    for number in range(4):
        recorder.add(request(f"/{number}"))
    assert [item.path for item in recorder.all()] == ["/1", "/2", "/3"]
    last = recorder.all()[-1]
    recorder.add_body(last, bytes(999))
    assert [item.path for item in recorder.all()] == ["/3"]
    socket_ = request("/socket")
    recorder.add(socket_)
    for number in range(1000):
        recorder.add_frame(socket_, f"{number:010}")
    assert recorder.all() == (socket_,)
    assert 100 >= len(socket_.frames) > 40
    assert socket_.frames[-1] == "0000000999"
    recorder.add(request("/next"))
    recorder.add_body(recorder.all()[-1], bytes(2000))
    recorder.add_frame(socket_, "late")  # it has been dropped
    assert "late" not in socket_.frames
