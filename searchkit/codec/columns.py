"""Columns: for each document a value of a fixed size, a text, or a list of numbers or words.

    fixed    the values one after the other, each of the same number of bytes
    texts    u32 end of each document's text, then all texts as UTF-8
    numbers  u32 end of each document's numbers, then all numbers as u32
    words    u32 count of different words, u32 end of each in the text, the text as UTF-8,
             padded to 4; then a `numbers` column of places in it, in the order of first use

Each is written by a `...ColumnWriter` and read by the class without Writer, which is one
structure in one place; `extend` takes over documents of another segment, stretches of neighbours
one after the other. More numbers, or bytes of texts or words, than 2**32 - 1 are an OverflowError.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

__all__ = [
    "FixedColumn",
    "FixedColumnWriter",
    "NumbersColumn",
    "NumbersColumnWriter",
    "TextsColumn",
    "TextsColumnWriter",
    "WordsColumn",
    "WordsColumnWriter",
]


class FixedColumnWriter:
    """Collects values of `size` bytes."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._data = bytearray()

    def append_all(self, values: Iterable[bytes | memoryview]) -> None:
        """The values of the next documents: `size` bytes each."""
        self._data += b"".join(values)

    def extend(self, column: FixedColumn, stretches: Iterable[range]) -> None:
        """The values of these documents of another column."""
        self.append_all(map(column.stretch, stretches))

    def encode(self) -> bytes:
        """The section."""
        return bytes(self._data)


class FixedColumn(Sequence[bytes]):
    """Reads what FixedColumnWriter wrote."""

    def __init__(self, section: memoryview, size: int) -> None:
        self._section = section
        self._size = size

    def __len__(self) -> int:
        return len(self._section) // self._size

    def __getitem__(self, document: int) -> bytes:  # type: ignore[override]  # no slices
        if not 0 <= document < len(self):
            raise IndexError(document)  # which also ends an iteration
        return bytes(self.stretch(range(document, document + 1)))

    def stretch(self, documents: range) -> memoryview:
        """The values of neighbours, one after the other."""
        return self._section[documents.start * self._size : documents.stop * self._size]


class TextsColumnWriter:
    """Collects texts."""

    def __init__(self) -> None:
        self._ends = array("I")
        self._data = bytearray()

    def append_all(self, texts: Sequence[bytes]) -> None:
        """The texts of the next documents, in UTF-8."""
        end = len(self._data)
        for text in texts:
            end += len(text)
            self._ends.append(end)
        self._data += b"".join(texts)

    def extend(self, column: TextsColumn, stretches: Iterable[range]) -> None:
        """The texts of these documents of another column."""
        for documents in stretches:
            text, ends = column.stretch(documents)
            begin = len(self._data)
            self._data += text
            self._ends.extend([begin + end for end in ends])

    @property
    def nbytes(self) -> int:
        """The bytes of memory that it holds."""
        return len(self._ends) * self._ends.itemsize + len(self._data)

    def encode(self) -> bytes:
        """The section."""
        return b"".join((self._ends.tobytes(), self._data))


class TextsColumn(Sequence[str]):
    """Reads what TextsColumnWriter wrote for so many documents."""

    def __init__(self, section: memoryview, documents: int) -> None:
        self._ends = section[: 4 * documents].cast("I")
        self._text = section[4 * documents :]

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, document: int) -> str:  # type: ignore[override]  # no slices
        if not 0 <= document < len(self._ends):
            raise IndexError(document)  # which also ends an iteration
        begin = self._ends[document - 1] if document else 0
        return str(self._text[begin : self._ends[document]], "utf-8")

    def stretch(self, documents: range) -> tuple[memoryview, list[int]]:
        """The texts of neighbours, one after the other, and where each one ends among them."""
        begin = self._ends[documents.start - 1] if documents.start else 0
        ends = self._ends[documents.start : documents.stop].tolist()
        return self._text[begin : ends[-1]], [end - begin for end in ends]


class NumbersColumnWriter:
    """Collects lists of numbers below 2**32."""

    def __init__(self) -> None:
        self._ends = array("I")
        self._numbers = array("I")

    def extend_empty(self, documents: int) -> None:
        """So many documents without numbers."""
        self._ends.extend([len(self._numbers)] * documents)

    def extend(self, column: NumbersColumn, stretches: Iterable[range]) -> None:
        """The lists of these documents of another column."""
        for documents in stretches:
            self.extend_flat(*column.stretch(documents))

    def extend_flat(self, numbers: Iterable[int], ends: Iterable[int]) -> None:
        """The numbers of the next documents, one after the other, and where each one's end."""
        begin = len(self._numbers)
        self._numbers.extend(numbers)
        self._ends.extend([begin + end for end in ends])

    def encode(self) -> bytes:
        """The section."""
        return self._ends.tobytes() + self._numbers.tobytes()


class NumbersColumn(Sequence["array[int]"]):
    """Reads what NumbersColumnWriter wrote for so many documents: `numbers` of all of them, and
    where each one's end, `ends`.
    """

    def __init__(self, section: memoryview, documents: int) -> None:
        self._documents = documents
        self.ends = section[: 4 * documents].cast("I")
        self.numbers = section[4 * documents :].cast("I")

    def __len__(self) -> int:
        return self._documents

    def __getitem__(self, document: int) -> array[int]:  # type: ignore[override]  # no slices
        return array("I", self.numbers[self._begin(document) : self.ends[document]])

    def stretch(self, documents: range) -> tuple[memoryview, list[int]]:
        """The numbers of neighbours, one after the other, and where each one's end among them."""
        begin = self._begin(documents.start)
        ends = self.ends[documents.start : documents.stop].tolist()
        return self.numbers[begin : ends[-1]], [end - begin for end in ends]

    def _begin(self, document: int) -> int:
        return self.ends[document - 1] if document else 0


class WordsColumnWriter:
    """Collects lists of words, of which there are few different ones."""

    def __init__(self) -> None:
        self._places = _Places()
        self._numbers = NumbersColumnWriter()

    def extend_flat(self, words: Iterable[str], ends: Iterable[int]) -> None:
        """The words of the next documents, one after the other, and where each one's end."""
        self._numbers.extend_flat(map(self._places.__getitem__, words), ends)

    def extend_empty(self, documents: int) -> None:
        """So many documents without words."""
        self._numbers.extend_empty(documents)

    def extend(self, column: WordsColumn, stretches: Iterable[range]) -> None:
        """The words of these documents of another column."""
        places: dict[int, int] = {}  # by those in the other column
        for documents in stretches:
            numbers, ends = column.places.stretch(documents)
            for place in dict.fromkeys(numbers):
                if place not in places:
                    word = column.words[place]
                    places[place] = self._places[word]
            self._numbers.extend_flat(map(places.__getitem__, numbers), ends)

    def encode(self) -> bytes:
        """The section."""
        encoded = [word.encode() for word in self._places]
        ends = array("I")
        end = 0
        for word in encoded:
            end += len(word)
            ends.append(end)
        head = array("I", [len(encoded)]).tobytes() + ends.tobytes()
        return head + b"".join(encoded) + bytes(-end % 4) + self._numbers.encode()


class _Places(dict[str, int]):
    """Word → its place, given where it is first asked for."""

    def __missing__(self, word: str) -> int:
        place = self[word] = len(self)
        return place


class WordsColumn(Sequence[list[str]]):
    """Reads what WordsColumnWriter wrote for so many documents.

    `words` are the different ones; `places[document]` the numbers in it.
    """

    def __init__(self, section: memoryview, documents: int) -> None:
        (count,) = section[:4].cast("I")
        ends = section[4 : 4 + 4 * count].cast("I")
        base = 4 + 4 * count
        starts = [0, *ends][:count]
        self.words = [
            str(section[base + start : base + end], "utf-8")
            for start, end in zip(starts, ends, strict=True)
        ]
        size = ends[-1] if count else 0
        self.places = NumbersColumn(section[base + size + -size % 4 :], documents)

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, document: int) -> list[str]:  # type: ignore[override]  # no slices
        return [self.words[place] for place in self.places[document]]
