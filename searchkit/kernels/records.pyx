# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Lines of JSON to records: the texts as they are indexed, the article as it is stored.

Nearly all lines of nearly all files are plain: an object with a text for the headline and the
body, and values for the rest that many lines share. Those are read here; what a plain line is
stands in `searchkit.kernels.reference.records`, the readable twin.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memcpy, memset

from searchkit.kernels.interning cimport Table, close_table, intern_long, open_table
from searchkit.kernels.members cimport (
    AGENCIES,
    AUTHORS,
    BODY,
    CAPTIONS,
    FIELDS,
    HEADLINE,
    ID,
    IMAGES,
    INTEGER,
    KEYWORDS,
    LANGUAGE,
    MEMBERS,
    NO_SHAPE,
    NOTHING,
    OTHER,
    OWN,
    PUBLISHED,
    PUBLISHER,
    SECTION,
    STANDFIRST,
    SUMMARY,
    TEXT,
    URL,
    Line,
    Member,
    Output,
    parse_line,
    put_body,
    put_captions,
    put_headline,
    size_of,
)
from searchkit.kernels.packing cimport Buffer, reserve
from searchkit.kernels.strings cimport is_line
from searchkit.kernels.telling cimport TellingWords
from searchkit.kernels.times cimport ISO_BYTES, read_time

import os

from searchkit.kernels import (
    IMAGES_FIELD,
    MAX_RECORD_KEYS,
    NO_TIME,
    OWN_FIELD,
    RECORD_FIELDS,
    REMEMBERED_KEYS,
    REMEMBERED_VALUE,
    REMEMBERED_VALUES,
)

cdef enum:
    VALUE_BYTES = 256
    ID_BYTES = 512
    UNREADABLE = 0xFF

assert (MEMBERS, VALUE_BYTES) == (MAX_RECORD_KEYS, REMEMBERED_VALUE)
assert (OWN, IMAGES) == (OWN_FIELD, IMAGES_FIELD)
assert FIELDS == len(RECORD_FIELDS) and RECORD_FIELDS[SUMMARY] == "summary"


cdef class Records:
    """Reads lines. Not for several threads at once."""

    cdef object reading
    cdef TellingWords telling  # None when no language is asked for
    cdef bint tells
    cdef dict told  # what was made of a language, by its number
    cdef Table shapes
    cdef Table values
    cdef list known  # by the number of a value
    cdef Buffer codes  # MEMBERS for each shape
    cdef Buffer members
    cdef Buffer lines
    cdef Buffer texts
    cdef Buffer stored
    cdef Buffer captions
    cdef Buffer out
    cdef bint whole  # the tables are open, and nothing is missing in them
    cdef bint busy

    def __cinit__(self, object reading, TellingWords telling=None):
        self.reading = reading
        self.telling = telling
        self.tells = telling is not None
        self.told = {}
        self.known = []

    def __dealloc__(self):
        close_table(&self.shapes)
        close_table(&self.values)
        free(self.codes.data)
        free(self.members.data)
        free(self.lines.data)
        free(self.texts.data)
        free(self.stored.data)
        free(self.captions.data)
        free(self.out.data)

    cdef _open_tables(self):
        close_table(&self.shapes)
        close_table(&self.values)
        memset(&self.shapes, 0, sizeof(Table))
        memset(&self.values, 0, sizeof(Table))
        self.known.clear()
        self.codes.size = 0
        if not (
            open_table(&self.shapes, int.from_bytes(os.urandom(8), "little") | 1)
            and open_table(&self.values, int.from_bytes(os.urandom(8), "little") | 1)
        ):
            raise MemoryError

    def read(self, list lines):
        """For each line, in bytes, its record, or None when it is not plain."""
        cdef tuple held = tuple(lines)
        cdef Py_ssize_t count = len(held), i
        cdef bint fine
        cdef Line* line
        cdef list found = []
        if self.busy:
            raise RuntimeError("these records are being read by another thread; make one each")
        self.busy = True
        try:
            if (
                not self.whole
                or self.shapes.count > <uint32_t>REMEMBERED_KEYS
                or len(self.known) > REMEMBERED_VALUES
            ):
                self._open_tables()
            self.whole = False  # until all that is asked for is answered
            self.lines.size = 0
            if not reserve(&self.lines, count * sizeof(Line)):
                raise MemoryError
            line = <Line*>self.lines.data
            for i in range(count):
                line[i].start = <const uint8_t*>PyBytes_AS_STRING(<bytes?>held[i])
                line[i].size = PyBytes_GET_SIZE(held[i])
            with nogil:
                fine = self._parse_all(line, count)
            if not fine:
                raise MemoryError
            self._learn_shapes()
            with nogil:
                fine = self._write_all(line, count)
            if not fine:
                raise MemoryError
            for i in range(count):
                found.append(self._record(&line[i]))
            self.whole = True
        finally:
            self.busy = False
        return found

    cdef bint _parse_all(self, Line* line, Py_ssize_t count) noexcept nogil:
        """Finds the members of each line; False when there is no memory."""
        cdef Py_ssize_t i
        self.members.size = 0
        for i in range(count):
            if not reserve(&self.members, MEMBERS * sizeof(Member)):
                return False
            line[i].first = self.members.size
            if not parse_line(
                &line[i], <Member*>(self.members.data + self.members.size), &self.shapes
            ):
                return False
            if line[i].shape != NO_SHAPE:
                self.members.size += line[i].count * sizeof(Member)
        return True

    cdef _learn_shapes(self):
        """Asks for the fields of the keys that have not been seen before."""
        cdef size_t number
        cdef uint8_t* codes
        cdef bytes keys, given
        for number in range(self.codes.size // MEMBERS, self.shapes.count):
            keys = PyBytes_FromStringAndSize(
                <const char*>self.shapes.arena + self.shapes.surfaces[number].offset,
                self.shapes.surfaces[number].shape - 1,
            )
            given = self.reading.fields(tuple(keys.decode().split("\0")))
            if not reserve(&self.codes, MEMBERS):
                raise MemoryError
            codes = self.codes.data + self.codes.size
            self.codes.size += MEMBERS
            memset(codes, UNREADABLE, MEMBERS)
            if given is not None:
                memcpy(codes, PyBytes_AS_STRING(given), PyBytes_GET_SIZE(given))

    # -- texts

    cdef bint _write_all(self, Line* line, Py_ssize_t count) noexcept nogil:
        """Writes the texts of all lines; False when there is no memory."""
        cdef Py_ssize_t i
        self.texts.size = self.stored.size = self.captions.size = 0
        for i in range(count):
            if line[i].shape != NO_SHAPE and not self._write(&line[i]):
                return False
        return True

    cdef bint _write(self, Line* line) noexcept nogil:
        """Writes the texts of a line, or finds it not plain; False when there is no memory."""
        cdef Member** held = line.held
        cdef Output out
        cdef size_t most, of_captions
        if not self._hold(line):
            line.shape = NO_SHAPE
            return True
        most = size_of(held[HEADLINE]) + size_of(held[BODY])
        of_captions = size_of(held[CAPTIONS])
        # A caption grows most that has one character: from 4 bytes, "x", to 13, and 4 for its size.
        if not (
            reserve(&self.texts, most + of_captions)
            and reserve(&self.stored, most + 4 * of_captions + 64)
            and reserve(&self.captions, of_captions)
        ):
            return False
        line.texts = self.texts.size
        line.stored = self.stored.size
        line.captions = self.captions.size
        out.text = self.texts.data + line.texts
        out.stored = self.stored.data + line.stored
        out.size = <uint32_t*>(self.captions.data + line.captions)
        if not put_headline(&out, line) or not put_body(&out, line):
            line.shape = NO_SHAPE
            return True
        line.told = -1
        if self.tells and held[LANGUAGE] == NULL:
            line.told = self.telling.number_of(out.text - line.body_size, line.body_size)
        put_captions(&out, held[CAPTIONS])
        self.texts.size = out.text - self.texts.data
        self.stored.size = out.stored - self.stored.data
        self.captions.size = <uint8_t*>out.size - self.captions.data
        line.stored_size = self.stored.size - line.stored
        line.caption_count = (self.captions.size - line.captions) // sizeof(uint32_t)
        return True

    cdef bint _hold(self, Line* line) noexcept nogil:
        """Finds out what is there for which field; False when the line is not plain."""
        cdef const uint8_t* codes = self.codes.data + <size_t>line.shape * MEMBERS
        cdef Member* member = <Member*>(self.members.data + line.first)
        cdef Member** held = line.held
        cdef uint32_t i
        if codes[0] == UNREADABLE:
            return False
        memset(held, 0, sizeof(line.held))
        for i in range(line.count):
            if member[i].kind != NOTHING:
                member[i].flags = codes[i] & (OWN | IMAGES)
                held[codes[i] & ~(OWN | IMAGES)] = &member[i]
        if held[STANDFIRST] != NULL:
            return False
        return held[SUMMARY] == NULL or (held[SUMMARY].kind == TEXT and held[BODY] != NULL)

    # -- records

    cdef object _record(self, Line* line):
        """The record of a line whose texts are written; None when it is not plain."""
        cdef const char* headline
        cdef const char* body
        cdef list made
        cdef size_t before, size
        cdef int field
        cdef uint8_t* stored
        if line.shape == NO_SHAPE:
            return None
        headline = <const char*>self.texts.data + line.texts
        body = headline + line.headline_size
        size = line.stored_size
        made = [()] * FIELDS
        made[PUBLISHED] = NO_TIME
        article_id = self._id(line, made)
        if article_id is None:
            return None
        headline_text = PyBytes_FromStringAndSize(headline, line.headline_size)
        body_text = PyBytes_FromStringAndSize(body, line.body_size)
        before = self.out.size
        if line.caption_count:
            made[CAPTIONS] = self._captions(line, body + line.body_size)
            line.held[CAPTIONS] = NULL
        for field in range(CAPTIONS, STANDFIRST):
            if line.held[field] != NULL and not self._value(line.held[field], field, made):
                return None
            if field == LANGUAGE and self.tells and not made[LANGUAGE]:
                if line.told < 0:
                    found = self.reading.language(headline_text, body_text, made[CAPTIONS])
                else:
                    found = self._told(line.told)
                made[LANGUAGE], part = <tuple?>found
                self._put_part(part)
            if field == AUTHORS and line.held[AUTHORS] != NULL:
                made[AUTHORS], made[AGENCIES] = made[AUTHORS]
                if made[AGENCIES] and line.held[AGENCIES] != NULL:
                    return None
        if not (line.headline_size or line.body_size or made[CAPTIONS]):
            return None
        self._put(b"}", 1)
        whole = PyBytes_FromStringAndSize(NULL, self.out.size + size)
        stored = <uint8_t*>PyBytes_AS_STRING(whole)
        memcpy(stored, self.out.data, before)
        memcpy(stored + before, self.stored.data + line.stored, size)
        memcpy(stored + before + size, self.out.data + before, self.out.size - before)
        return (
            article_id, headline_text, body_text, made[CAPTIONS], made[PUBLISHED],
            made[SECTION], made[PUBLISHER], made[AUTHORS], made[AGENCIES], made[LANGUAGE],
            made[KEYWORDS], whole, line.characters,
        )

    cdef object _id(self, Line* line, list made):
        """The id, with which the stored form begins; None when the line is not plain."""
        cdef Member* member = line.held[ID]
        cdef bytes found
        if member == NULL:
            if line.held[URL] == NULL or not self._value(line.held[URL], URL, made):
                return None
            found = self.reading.id_of_url(made[URL]) if made[URL] else None
        elif member.kind == INTEGER and member.flags & OWN:
            return None
        else:
            found = written(member) if member.value.size <= ID_BYTES else None
        if found is None:
            return None
        # Nothing in it needs to be escaped.
        self.out.size = 0
        self._put(b'{"id":"', 7)
        self._put(PyBytes_AS_STRING(found), PyBytes_GET_SIZE(found))
        self._put(b'"', 1)
        return found

    cdef tuple _captions(self, Line* line, const char* text):
        """The captions, which begin at `text`."""
        cdef const uint32_t* size = <const uint32_t*>(self.captions.data + line.captions)
        cdef size_t i
        cdef list found = []
        for i in range(line.caption_count):
            found.append(text[: size[i]].decode())
            text += size[i]
        return tuple(found)

    cdef bint _value(self, Member* member, int field, list made) except -1:
        """Adds what is made of a value; False when the line is not plain."""
        cdef uint8_t[ISO_BYTES] iso
        cdef uint64_t published = 0
        if member.kind == TEXT and field == PUBLISHED:
            if read_time(member.value.start, member.value.size, iso, &published):
                made[PUBLISHED] = published
                self._put(b',"published":"', 14)
                self._put(<const char*>iso, ISO_BYTES)
                self._put(b'"', 1)
                return True
        if member.kind == TEXT and field == URL:
            url = written(member)
            if url is not None:
                made[URL] = url.decode()
                self._put(b',"url":"', 8)
                self._put(PyBytes_AS_STRING(url), PyBytes_GET_SIZE(url))
                self._put(b'"', 1)
                return True
        found = self._remembered(member, field)
        if found is None:
            return False
        made[field], stored = <tuple?>found
        self._put_part(stored)
        return True

    cdef object _remembered(self, Member* member, int field):
        """What is made of any other value, with its part of the stored form; or None."""
        cdef uint8_t[VALUE_BYTES + 8] key
        cdef uint32_t number = 0
        cdef bint quoted = member.kind == TEXT
        cdef const uint8_t* start = member.value.start - quoted
        cdef uint32_t size = member.value.size + 2 * quoted
        if field == CAPTIONS or size >= VALUE_BYTES:
            return self._asked(start, size, field, member.flags)
        key[0] = field | member.flags
        memcpy(key + 1, start, size)
        memset(key + 1 + size, 0, 7)
        if not intern_long(&self.values, key, size + 1, &number):
            raise MemoryError
        if number == <uint32_t>len(self.known):
            self.known.append(self._asked(start, size, field, member.flags))
        return self.known[number]

    cdef object _asked(self, const uint8_t* start, uint32_t size, int field, uint8_t flags):
        json = PyBytes_FromStringAndSize(<const char*>start, size)
        return self.reading.value(RECORD_FIELDS[field], flags, json)

    cdef object _told(self, int number):
        """What is made of the language with this number, with its part of the stored form."""
        found = self.told.get(number)
        if found is None:
            found = self.told[number] = self.reading.told(number)
        return found

    cdef int _put_part(self, bytes part) except -1:
        """Adds a part of the stored form, if it is not empty."""
        if part:
            self._put(b",", 1)
            self._put(PyBytes_AS_STRING(part), PyBytes_GET_SIZE(part))
        return 0

    cdef int _put(self, const char* part, size_t size) except -1:
        if not reserve(&self.out, size):
            raise MemoryError
        memcpy(self.out.data + self.out.size, part, size)
        self.out.size += size
        return 0


cdef bytes written(Member* member):
    """A text, or an integer, as it is written, if that is a line; None for any other value."""
    cdef const uint8_t* start = member.value.start
    if member.kind == OTHER or not is_line(start, start + member.value.size):
        return None
    return PyBytes_FromStringAndSize(<const char*>start, member.value.size)
