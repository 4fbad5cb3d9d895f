# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""What the documents of a set have in a column: how often which, and which have the most.

A set has 8 bytes for each 64 documents begun, the lowest bit of the first byte for document 0.
"""

from cpython cimport array
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from searchkit.kernels.bits cimport lowest_bit
from searchkit.kernels.packing cimport load32, load64

from array import array as make_array

from searchkit.kernels import DAY, NO_TIME, TIME_ZERO

cdef uint64_t UNDATED = NO_TIME
cdef uint64_t ZERO = TIME_ZERO
cdef int64_t MICROSECONDS = DAY

cdef struct Dated:
    uint64_t key
    uint32_t document


def count_filled(const uint8_t[::1] lengths, int width):
    """How many of the lengths are not 0."""
    cdef Py_ssize_t count = lengths.shape[0] // width, i
    cdef uint64_t filled = 0
    cdef const uint8_t* place
    cdef uint16_t half
    if not count:
        return 0
    place = &lengths[0]
    if width == 1:
        for i in range(count):
            filled += place[i] != 0
    elif width == 2:
        for i in range(count):
            memcpy(&half, place + 2 * i, 2)
            filled += half != 0
    elif width == 4:
        for i in range(count):
            filled += load32(place + 4 * i) != 0
    else:
        raise ValueError(f"lengths of {width} bytes")
    return filled


def count_numbers(const uint8_t[::1] documents, const uint32_t[::1] ends,
                  const uint32_t[::1] numbers, uint32_t different):
    """How many of the documents have each number below `different` in a column of lists, as
    array('I'); a number that a document has several times counts once.

    The numbers of document d are numbers[ends[d - 1]:ends[d]], the first begin at 0.
    """
    cdef array.array counts = array.clone(make_array("I"), different, zero=True)
    cdef array.array seen = array.clone(make_array("I"), different, zero=True)
    cdef uint32_t* count = counts.data.as_uints
    cdef uint32_t* last = seen.data.as_uints  # the last document with it, plus one
    cdef Py_ssize_t word
    cdef uint64_t rest
    cdef uint32_t document, i, number
    with nogil:
        for word in range(documents.shape[0] // 8):
            rest = load64(&documents[8 * word])
            while rest:
                document = <uint32_t>(64 * word + lowest_bit(rest))
                rest &= rest - 1
                for i in range(ends[document - 1] if document else 0, ends[document]):
                    number = numbers[i]
                    if last[number] != document + 1:
                        last[number] = document + 1
                        count[number] += 1
    return counts


def count_days(const uint8_t[::1] documents, const uint64_t[::1] published):
    """(first day, how many of the documents are of that day and each one after, as array('I'),
    how many have no time). Days count from that of TIME_ZERO in `published`, whose unit is a
    microsecond. The array is empty if none has a time.
    """
    cdef int64_t first = 0x7FFFFFFFFFFFFFFF, last = -first, day
    cdef uint64_t rest, undated = 0
    cdef Py_ssize_t word
    cdef size_t document
    cdef array.array counts
    cdef uint32_t* count
    with nogil:
        for word in range(documents.shape[0] // 8):
            rest = load64(&documents[8 * word])
            while rest:
                document = 64 * word + lowest_bit(rest)
                rest &= rest - 1
                if published[document] == UNDATED:
                    undated += 1
                    continue
                day = day_of(published[document])
                first = min(first, day)
                last = max(last, day)
    if first > last:
        return 0, make_array("I"), undated
    counts = array.clone(make_array("I"), last - first + 1, zero=True)
    count = counts.data.as_uints
    with nogil:
        for word in range(documents.shape[0] // 8):
            rest = load64(&documents[8 * word])
            while rest:
                document = 64 * word + lowest_bit(rest)
                rest &= rest - 1
                if published[document] != UNDATED:
                    count[day_of(published[document]) - first] += 1
    return first, counts, undated


cdef inline int64_t day_of(uint64_t moment) noexcept nogil:
    cdef int64_t since = <int64_t>(moment - ZERO)
    return since // MICROSECONDS - (since % MICROSECONDS < 0)


def best_dated(const uint8_t[::1] documents, const uint64_t[::1] published, uint32_t best,
               bint newest):
    """The `best` newest of the documents, or the oldest, as (time, document) in this order; of
    equal ones those with lower numbers, last those without a time.
    """
    cdef Dated* kept = <Dated*>malloc((<size_t>best + 1) * sizeof(Dated))
    cdef Dated each
    cdef uint32_t count = 0, place, child, i
    cdef Py_ssize_t word
    cdef uint64_t rest
    if kept == NULL:
        raise MemoryError
    with nogil:
        for word in range(documents.shape[0] // 8 if best else 0):
            rest = load64(&documents[8 * word])
            while rest:
                each.document = <uint32_t>(64 * word + lowest_bit(rest))
                rest &= rest - 1
                # Smaller is better; what has no time is the largest either way.
                each.key = published[each.document]
                if newest and each.key != UNDATED:
                    each.key = ~each.key
                if count < best:
                    place = count
                    count += 1
                    while place and comes_later(&each, &kept[(place - 1) // 2]):
                        kept[place] = kept[(place - 1) // 2]
                        place = (place - 1) // 2
                    kept[place] = each
                    continue
                if not comes_later(&kept[0], &each):
                    continue
                place = 0
                while True:
                    child = 2 * place + 1
                    if child >= best:
                        break
                    if child + 1 < best and comes_later(&kept[child + 1], &kept[child]):
                        child += 1
                    if not comes_later(&kept[child], &each):
                        break
                    kept[place] = kept[child]
                    place = child
                kept[place] = each
    try:
        found = [(kept[i].key, kept[i].document) for i in range(count)]
    finally:
        free(kept)
    found.sort()
    if newest:
        return [
            (key if key == NO_TIME else NO_TIME - key, document) for key, document in found
        ]
    return found


cdef inline bint comes_later(const Dated* one, const Dated* other) noexcept nogil:
    if one.key != other.key:
        return one.key > other.key
    return one.document > other.document


