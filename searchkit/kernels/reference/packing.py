"""Varints, bit-packed integers and sets, little-endian: what the other formats are made of."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["Reader", "pack", "set_bits", "u32", "varint"]


def u32(value: int) -> bytes:
    """Four bytes, the lowest first."""
    return value.to_bytes(4, "little")


def varint(value: int) -> bytes:
    """LEB128: seven bits a byte, the lowest first, the high bit set on all but the last."""
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def pack(values: Sequence[int], width: int) -> bytes:
    """The values in `width` bits each, the first in the lowest bits of the first byte.

    All bits together are one large number; the last byte is filled up with zeros.
    """
    number = 0
    for index, value in enumerate(values):
        number |= value << index * width
    return number.to_bytes((len(values) * width + 7) // 8, "little")


def set_bits(bits: bytes | bytearray | memoryview) -> list[int]:
    """The numbers in a set, which has the lowest bit of the first byte for 0."""
    return [number for number in range(8 * len(bits)) if bits[number // 8] >> number % 8 & 1]


class Reader:
    """Reads one thing after the other, from the byte `place` on."""

    def __init__(self, data: bytes | memoryview, place: int = 0) -> None:
        self.data = data
        self.place = place

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        begin = self.place
        self.place += size
        return bytes(self.data[begin : self.place])

    def byte(self) -> int:
        """The next byte."""
        return self.take(1)[0]

    def number(self, size: int) -> int:
        """The next `size` bytes, as one number."""
        return int.from_bytes(self.take(size), "little")

    def varint(self) -> int:
        """The inverse of `varint`."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def unpack(self, count: int, width: int) -> list[int]:
        """The inverse of `pack`, for `count` values."""
        number = self.number((count * width + 7) // 8)
        mask = (1 << width) - 1
        return [number >> index * width & mask for index in range(count)]
