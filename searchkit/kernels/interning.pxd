# cython: language_level=3
"""Byte strings to numbers, in order of first appearance."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memcmp, memcpy

cdef enum:
    # A table begins with 2**12 entries.
    FIRST_BITS = 12

# An entry with shape 0 is free. A surface of up to 8 bytes is its own key, so that finding it
# costs one cache line; the key of a longer one is its hash.
cdef struct Entry:
    uint64_t key
    uint32_t shape   # bytes | language << 16
    uint32_t number

cdef struct Surface:
    uint32_t offset  # into the arena
    uint32_t shape

# Open addressing with linear probing, three quarters full at most: half full took a third more
# memory and was no faster, as more of it is not in the caches. The multiplier is random, so that
# nobody can write a text whose words all fall into one place.
cdef struct Table:
    Entry* entries
    uint64_t multiplier
    int bits
    Surface* surfaces
    uint32_t count
    uint32_t capacity
    uint8_t* arena
    size_t arena_size
    size_t arena_capacity


cdef inline size_t slot_of(Table* table, uint64_t key, uint32_t shape) noexcept nogil:
    return ((key ^ <uint64_t>shape << 32) * table.multiplier) >> (64 - table.bits)


cdef inline uint64_t hash_of(Table* table, const uint8_t* word, uint32_t size) noexcept nogil:
    """Eight bytes at a time; what follows `word` up to the next multiple of 8 is zero."""
    cdef uint64_t mixed = 0, part
    cdef uint32_t place
    for place in range(0, size, 8):
        memcpy(&part, word + place, 8)
        mixed = (mixed ^ part) * table.multiplier
        mixed ^= mixed >> 29
    return mixed


cdef inline bint grow_entries(Table* table, int bits) noexcept nogil:
    """Moves the entries into a table of 2**bits; False when there is no memory."""
    cdef size_t capacity = <size_t>1 << bits, old = 0, index, slot
    cdef Entry* entries = <Entry*>calloc(capacity, sizeof(Entry))
    cdef Entry* entry
    if entries == NULL:
        return False
    if table.entries != NULL:
        old = <size_t>1 << table.bits
    table.bits = bits
    for index in range(old):
        entry = &table.entries[index]
        if entry.shape:
            slot = slot_of(table, entry.key, entry.shape)
            while entries[slot].shape:
                slot = (slot + 1) & (capacity - 1)
            entries[slot] = entry[0]
    free(table.entries)
    table.entries = entries
    return True


cdef inline bint open_table(Table* table, uint64_t multiplier) noexcept nogil:
    """Readies a zeroed table; `multiplier` is odd and random. False when there is no memory."""
    table.multiplier = multiplier
    return grow_entries(table, FIRST_BITS)


cdef inline void close_table(Table* table) noexcept nogil:
    """Frees what the table holds."""
    free(table.entries)
    free(table.surfaces)
    free(table.arena)


cdef inline size_t table_bytes(const Table* table) noexcept nogil:
    """Bytes of memory that the table holds."""
    return (
        (sizeof(Entry) << table.bits) + table.capacity * sizeof(Surface) + table.arena_capacity
    )


cdef inline bint add(
    Table* table, size_t slot, uint64_t key, uint32_t shape, const uint8_t* word
) noexcept nogil:
    """Gives a new surface its number, in a free slot; False when there is no memory."""
    cdef size_t size = shape & 0xFFFF
    cdef size_t capacity
    cdef void* grown
    if table.count + 1 >= <size_t>1 << table.bits:
        return False
    if table.count == table.capacity:
        capacity = table.capacity + (<size_t>table.capacity >> 1) + 1024
        grown = realloc(table.surfaces, capacity * sizeof(Surface))
        if grown == NULL:
            return False
        table.surfaces = <Surface*>grown
        table.capacity = <uint32_t>capacity
    if table.arena_size + size > table.arena_capacity:
        capacity = table.arena_capacity + (table.arena_capacity >> 1) + 16384
        if capacity >> 32:  # more than offsets can say
            return False
        grown = realloc(table.arena, capacity)
        if grown == NULL:
            return False
        table.arena = <uint8_t*>grown
        table.arena_capacity = capacity
    memcpy(table.arena + table.arena_size, word, size)
    table.surfaces[table.count].offset = <uint32_t>table.arena_size
    table.surfaces[table.count].shape = shape
    table.entries[slot].key = key
    table.entries[slot].shape = shape
    table.entries[slot].number = table.count
    table.arena_size += size
    table.count += 1
    if <size_t>table.count * 4 > <size_t>3 << table.bits:
        # Without memory for it the table goes on, slower, until it is full.
        grow_entries(table, table.bits + 1)
    return True


cdef inline bint intern_short(
    Table* table, uint64_t key, uint32_t shape, uint32_t* number
) noexcept nogil:
    """Writes the number of a surface of up to 8 bytes; False when there is no memory."""
    cdef size_t slot = slot_of(table, key, shape)
    cdef Entry* entry = &table.entries[slot]
    while entry.key != key or entry.shape != shape:
        if entry.shape == 0:
            number[0] = table.count
            return add(table, slot, key, shape, <const uint8_t*>&key)
        slot = (slot + 1) & ((<size_t>1 << table.bits) - 1)
        entry = &table.entries[slot]
    number[0] = entry.number
    return True


cdef inline bint intern_long(
    Table* table, const uint8_t* word, uint32_t shape, uint32_t* number
) noexcept nogil:
    """The same for more than 8 bytes, with zeros after them as `hash_of` wants it."""
    cdef uint32_t size = shape & 0xFFFF
    cdef uint64_t key = hash_of(table, word, size)
    cdef size_t slot = slot_of(table, key, shape)
    cdef Entry* entry = &table.entries[slot]
    while (
        entry.key != key
        or entry.shape != shape
        or memcmp(table.arena + table.surfaces[entry.number].offset, word, size)
    ):
        if entry.shape == 0:
            number[0] = table.count
            return add(table, slot, key, shape, word)
        slot = (slot + 1) & ((<size_t>1 << table.bits) - 1)
        entry = &table.entries[slot]
    number[0] = entry.number
    return True
