"""Make an ONNX model return an internal value, without the ``onnx`` package."""

from __future__ import annotations

__all__ = ["add_output"]


def add_output(model: bytes, name: str) -> bytes:
    """Add the result of an existing node to the outputs of a serialised ONNX model.

    Works on the protobuf wire format directly, which saves depending on ``onnx`` for one field:
    ``ModelProto.graph`` is field 7, ``GraphProto.output`` field 12, ``ValueInfoProto.name`` 1.
    """
    at = 0
    parts: list[bytes] = []
    while at < len(model):
        start = at
        tag, at = _read_varint(model, at)
        body = b""
        match tag & 7:
            case 0:
                _, at = _read_varint(model, at)
            case 2:
                size, at = _read_varint(model, at)
                body, at = model[at : at + size], at + size
            case 5:
                at += 4
            case _:
                at += 8
        if tag == 7 << 3 | 2:
            value = b"\x0a" + _varint(len(name)) + name.encode()
            body += b"\x62" + _varint(len(value)) + value
            parts.append(_varint(tag) + _varint(len(body)) + body)
        else:
            parts.append(model[start:at])
    return b"".join(parts)


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
