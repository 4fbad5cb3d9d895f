# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The stretches of a long text that show most of what is marked in it.

Read `searchkit.kernels.reference.fragments`, the readable twin, for the contracts.
"""

from cpython cimport array
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

from searchkit.kernels.marks cimport Marks
from searchkit.kernels.strings cimport count_characters
from searchkit.kernels.walking cimport trailing_zeros

import unicodedata

from searchkit.kernels import FRAGMENT_CHARACTERS
from searchkit.kernels.sentences import goes_on

cdef enum:
    LENGTH = 180
    NEAR = 60
    MOST = 3
    AROUND = 2 * LENGTH

assert LENGTH == FRAGMENT_CHARACTERS

cdef struct Run:
    uint64_t words
    Py_ssize_t first
    Py_ssize_t stop


def best_fragments(
    text, array.array starts not None, array.array ends not None, array.array words not None,
    array.array weights not None
):
    """The stretches that show most, in their order."""
    cdef list runs = best_runs(starts, ends, words, weights, LENGTH, MOST)
    cdef list found = [], spans
    cdef Marks marks = Marks(starts.data.as_uints, ends.data.as_uints, NULL)
    cdef Py_ssize_t count = len(starts), first, stop, begin, start, end, floor = 0, ceiling, i
    cdef Py_ssize_t place = 0
    cdef str around
    for first, stop in runs:
        place += 1
        begin = max(<Py_ssize_t>0, <Py_ssize_t>marks.starts[first] - AROUND)
        end = marks.ends[stop - 1] + <Py_ssize_t>AROUND
        around = characters(text, begin, end) if isinstance(text, bytes) else text[begin:end]
        ceiling = begin + len(around)
        if place < len(runs):
            ceiling = marks.starts[<Py_ssize_t>runs[place][0]]
        start = start_of(
            around, begin, marks.starts[first], marks.ends[stop - 1], floor, &marks, count
        )
        end = end_of(
            around, begin, start, marks.starts[first], marks.ends[stop - 1], ceiling, &marks,
            count
        )
        # Matches beside the run may show too.
        while first > 0 and marks.starts[first - 1] >= start:
            first -= 1
        while stop < count and marks.starts[stop] < end:
            stop += 1
        spans = [(marks.starts[i] - start, marks.ends[i] - start) for i in range(first, stop)]
        found.append(
            (
                around[start - begin:end - begin], tuple(spans), start > 0,
                end < begin + len(around),
            )
        )
        floor = end
    return found


cdef Py_ssize_t start_of(
    str text, Py_ssize_t begin, Py_ssize_t first, Py_ssize_t last, Py_ssize_t floor,
    const Marks* marks, Py_ssize_t count
) except -1:
    """Where to begin with what is shown before `first`."""
    cdef Py_ssize_t room = max(<Py_ssize_t>0, LENGTH - (last - first))
    cdef Py_ssize_t lowest = max(floor, first - room // 2) - begin
    cdef Py_ssize_t start
    first -= begin
    start = first - 1
    while start >= lowest and text[start] != u"\n":
        start -= 1
    if start < lowest:
        start = 0 if lowest == 0 else last_sentence_end(text, lowest, first)
    if start < 0:
        start = lowest - 1
        while start < first and text[start] != u" ":
            start += 1
        if start == first:
            start = lowest
    while start < first and (
        text[start].isspace() or splits(text, begin, start, marks, count)
    ):
        start += 1
    return begin + start


cdef Py_ssize_t end_of(
    str text, Py_ssize_t begin, Py_ssize_t start, Py_ssize_t first, Py_ssize_t last,
    Py_ssize_t ceiling, const Marks* marks, Py_ssize_t count
) except -1:
    """Where to end with what is shown after `last`."""
    cdef Py_ssize_t highest = min(ceiling, start + max(<Py_ssize_t>LENGTH, last - start)) - begin
    cdef Py_ssize_t end
    last -= begin
    end = last
    while end < highest and text[end] != u"\n":
        end += 1
    if end == highest and highest < len(text):
        end = last_sentence_end(text, max(last, highest - NEAR), highest)
        if end < 0:
            end = highest
            while end >= last and text[end] != u" ":
                end -= 1
            if end < last:
                end = highest
    while end > last and (
        text[end - 1].isspace() or splits(text, begin, end, marks, count)
    ):
        end -= 1
    return begin + end


cdef Py_ssize_t last_sentence_end(str text, Py_ssize_t start, Py_ssize_t end) except -2:
    """Where the last sentence ends that ends from `start` to `end`, or -1."""
    cdef Py_ssize_t found = -1, limit = min(end + 1, len(text)), place = start, after
    cdef Py_UCS4 stop
    while place < limit:
        stop = text[place]
        after = place + 1
        if stop in u"。！？｡":
            while after < limit and text[after] in u"\"'”’」』）》":
                after += 1
        elif stop in u".!?…؟۔।॥።။":
            while after < limit and text[after] in u".!?…":
                after += 1
            while after < limit and text[after] in u"\"'”’»)]":
                after += 1
            if after == limit or not text[after].isspace():
                place += 1
                continue
        else:
            place += 1
            continue
        if after <= end and not (stop in u".…" and goes_on(text, place, after)):
            found = after
        place = after
    return found


cdef bint splits(
    str text, Py_ssize_t begin, Py_ssize_t place, const Marks* marks, Py_ssize_t count
) except -1:
    """Whether a cut there divides a match, or a character from what combines with it."""
    cdef Py_ssize_t low = 0, high = count, middle
    cdef Py_UCS4 before, after
    while low < high:
        middle = (low + high) // 2
        if marks.starts[middle] < begin + place:
            low = middle + 1
        else:
            high = middle
    if low and begin + place < marks.ends[low - 1]:
        return True
    if not 0 < place < len(text):
        return False
    before = text[place - 1]
    after = text[place]
    if before < 0x300 and after < 0x300:
        return False
    return (
        before == 0x200D or after == 0x200D or unicodedata.category(chr(after)).startswith("M")
    )


def characters(bytes text not None, Py_ssize_t first, Py_ssize_t stop):
    """The characters of UTF-8 from `first` on to before `stop`."""
    cdef const uint8_t* start = <const uint8_t*>PyBytes_AS_STRING(text)
    cdef const uint8_t* end = start + PyBytes_GET_SIZE(text)
    start = after_characters(start, end, first)
    return start[: after_characters(start, end, stop - first) - start].decode()


cdef const uint8_t* after_characters(
    const uint8_t* place, const uint8_t* end, Py_ssize_t count
) noexcept nogil:
    """Where so many characters end, or `end`."""
    cdef Py_ssize_t part
    # There are as many bytes as characters at least.
    while count > 0 and place < end:
        part = min(count, end - place)
        count -= <Py_ssize_t>count_characters(place, place + part)
        place += part
        while place < end and place[0] & 0xC0 == 0x80:
            place += 1
    return place


def best_runs(
    array.array starts not None, array.array ends not None, array.array words not None,
    array.array weights not None, uint32_t length, int most
):
    """The runs of matches that show most, in their order."""
    cdef Py_ssize_t count = len(starts), i, kept
    cdef Marks marked = Marks(starts.data.as_uints, ends.data.as_uints, words.data.as_ulonglongs)
    cdef Run* runs = NULL
    cdef uint64_t shown = 0
    cdef Run best
    cdef list found = []
    if len(ends) != count or len(words) != count:
        raise ValueError(f"{count} starts, {len(ends)} ends, {len(words)} words")
    try:
        runs = <Run*>malloc(count * sizeof(Run) + 1)
        if runs == NULL:
            raise MemoryError
        count = find_runs(&marked, count, length, runs)
        while count and len(found) < most:
            best = best_of(runs, count, shown, weights.data.as_doubles)
            found.append((best.first, best.stop))
            shown |= best.words
            kept = 0
            for i in range(count):
                if runs[i].stop <= best.first or best.stop <= runs[i].first:
                    runs[kept] = runs[i]
                    kept += 1
            count = kept
        found.sort()
        return found
    finally:
        free(runs)


cdef Py_ssize_t find_runs(
    const Marks* marked, Py_ssize_t count, uint32_t length, Run* runs
) noexcept nogil:
    """From each match on those that fit, unless the run before has them all; returns how many."""
    cdef Py_ssize_t[64] latest  # by word: the last match so far that shows it
    cdef Py_ssize_t found = 0, first, stop = 0, before
    cdef uint64_t seen = 0, rest
    cdef int word
    for first in range(count):
        before = stop
        while stop < count and (
            stop <= first or marked.ends[stop] - marked.starts[first] <= length
        ):
            rest = marked.words[stop]
            seen |= rest
            while rest:
                latest[trailing_zeros(rest)] = stop
                rest &= rest - 1
            stop += 1
        if stop == before:
            continue
        runs[found].first = first
        runs[found].stop = stop
        runs[found].words = 0
        rest = seen
        while rest:
            word = trailing_zeros(rest)
            if latest[word] >= first:
                runs[found].words |= <uint64_t>1 << word
            rest &= rest - 1
        found += 1
    return found


cdef Run best_of(
    const Run* runs, Py_ssize_t count, uint64_t shown, const double* weights
) noexcept nogil:
    cdef Py_ssize_t best = 0, i
    cdef double new, most_new = worth(runs[0].words & ~shown, weights)
    cdef double all, most_all = worth(runs[0].words, weights)
    for i in range(1, count):
        new = worth(runs[i].words & ~shown, weights)
        if new < most_new:
            continue
        all = worth(runs[i].words, weights)
        if new == most_new and (
            all < most_all
            or all == most_all
            and runs[i].stop - runs[i].first <= runs[best].stop - runs[best].first
        ):
            continue
        best = i
        most_new = new
        most_all = all
    return runs[best]


cdef inline double worth(uint64_t words, const double* weights) noexcept nogil:
    cdef double total = 0
    while words:
        total += weights[trailing_zeros(words)]
        words &= words - 1
    return total
