# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""Lines of JSON to records: the texts as they are indexed, the article as it is stored.

Nearly all lines of nearly all files are plain: an object with a text for the headline and the
body, and values for the rest that many lines share. Those are read here; what a plain line is
stands in `searchkit.kernels.reference.records`, the readable twin.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memchr, memcpy, memset

from searchkit.kernels.interning cimport (
    Table,
    close_table,
    intern_long,
    open_table,
)
from searchkit.kernels.packing cimport Buffer, reserve
from searchkit.kernels.scanning cimport (
    ESCAPED,
    FOREIGN,
    REWRITTEN,
    after_escape,
    after_space,
    after_white,
    ends_white,
    is_line,
    is_white,
    string_end,
    value_end,
)

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

# The places of RECORD_FIELDS.
cdef enum:
    IGNORED
    ID
    HEADLINE
    BODY
    CAPTIONS
    PUBLISHED
    SECTION
    PUBLISHER
    AUTHORS
    AGENCIES
    LANGUAGE
    URL
    KEYWORDS
    STANDFIRST
    SUMMARY
    FIELDS

cdef enum:
    MEMBERS = 64
    KEY_BYTES = 4096
    VALUE_BYTES = 256
    ID_BYTES = 512
    OWN = 0x80
    IMAGES = 0x40
    UNREADABLE = 0xFF
    NO_SHAPE = 0xFFFFFFFF
    ISO_BYTES = 25

assert (MEMBERS, VALUE_BYTES) == (MAX_RECORD_KEYS, REMEMBERED_VALUE)
assert (OWN, IMAGES) == (OWN_FIELD, IMAGES_FIELD)
assert FIELDS == len(RECORD_FIELDS) and RECORD_FIELDS[SUMMARY] == "summary"

# What a value is.
cdef enum:
    NOTHING  # null, or empty
    TEXT
    INTEGER  # and not 0
    OTHER

cdef struct Member:
    const uint8_t* start  # of a text, the character after the quote
    uint32_t size
    uint8_t kind
    uint8_t holds
    uint8_t flags  # OWN, IMAGES

cdef struct Line:
    const uint8_t* start
    Py_ssize_t size
    uint32_t shape  # NO_SHAPE when it is not plain
    uint32_t count
    size_t first


cdef class Records:
    """Reads lines. Not for several threads at once.

    `reading.fields(keys)` gives, for the keys of an object in their order, the place in
    RECORD_FIELDS of each as a byte, with flags; or None when such objects are not plain.
    `reading.value(field, flags, json)` gives what is made of a value that is not empty, and its
    part of the stored form; or None when the line is not plain. `reading.id_of_url(url)` gives
    the id of an article that has none, or None. The first two are asked once for what comes
    again and again. The value of authors is (authors, agencies), as bylines name these too.
    """

    cdef object reading
    cdef Table shapes
    cdef Table values
    cdef list known  # by the number of a value
    cdef Buffer codes  # MEMBERS for each shape
    cdef Buffer members
    cdef Buffer lines
    cdef Buffer text
    cdef Buffer out
    cdef size_t member_count
    cdef bint busy

    def __cinit__(self, object reading):
        self.reading = reading
        self.known = []
        self._open_tables()

    def __dealloc__(self):
        close_table(&self.shapes)
        close_table(&self.values)
        free(self.codes.data)
        free(self.members.data)
        free(self.lines.data)
        free(self.text.data)
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
        """For each line, in bytes, its record, or None when it is not plain.

        A record is a tuple: id, headline, body, captions, published, section, publisher,
        authors, agencies, language, keywords, stored form, characters. The first three and the
        stored form are bytes, of UTF-8; published is a number, NO_TIME for none; the others
        are as `value` gave them, () for none. The characters are those of the headline and the
        body. Releases the interpreter's lock while it parses.
        """
        cdef tuple held = tuple(lines)
        cdef Py_ssize_t count = len(held), i
        cdef bint fine
        cdef Line* line
        cdef list found = []
        if self.busy:
            raise RuntimeError("these records are being read by another thread; make one each")
        self.busy = True
        try:
            if self.shapes.count > <uint32_t>REMEMBERED_KEYS or len(self.known) > REMEMBERED_VALUES:
                self._open_tables()
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
            self._learn_shapes(line, count)
            for i in range(count):
                found.append(self._record(&line[i]))
        finally:
            self.busy = False
        return found

    # -- parsing

    cdef bint _parse_all(self, Line* line, Py_ssize_t count) noexcept nogil:
        """Finds the members of each line; False when there is no memory."""
        cdef Py_ssize_t i
        self.members.size = 0
        for i in range(count):
            if not reserve(&self.members, MEMBERS * sizeof(Member)):
                return False
            line[i].first = self.members.size
            line[i].count = 0
            if not self._parse(&line[i], <Member*>(self.members.data + self.members.size)):
                return False
            if line[i].shape != NO_SHAPE:
                self.members.size += line[i].count * sizeof(Member)
        return True

    cdef bint _parse(self, Line* line, Member* member) noexcept nogil:
        """Finds the members of a line and its shape; False when there is no memory."""
        cdef const uint8_t* end = line.start + line.size
        cdef const uint8_t* place = after_space(line.start, end)
        cdef const uint8_t* key
        cdef uint8_t[KEY_BYTES + 8] keys
        cdef uint32_t size = 0, length
        cdef uint8_t holds
        line.shape = NO_SHAPE
        if line.size >> 31 or place >= end or place[0] != c'{':
            return True
        while True:
            place = after_space(place + 1, end)
            if place >= end or place[0] != c'"' or line.count == MEMBERS:
                return True
            key = place + 1
            place = string_end(key, end, &holds)
            if place == NULL or holds & ESCAPED or place - key >= KEY_BYTES - size:
                return True
            length = <uint32_t>(place - key)
            memcpy(keys + size, key, length)
            size += length
            keys[size] = 0
            size += 1
            place = after_space(place + 1, end)
            if place >= end or place[0] != c':':
                return True
            place = self._member(after_space(place + 1, end), end, &member[line.count])
            if place == NULL:
                return True
            line.count += 1
            place = after_space(place, end)
            if place >= end:
                return True
            if place[0] == c'}':
                break
            if place[0] != c',':
                return True
        if after_space(place + 1, end) != end:
            return True
        memset(keys + size, 0, 8)
        return intern_long(&self.shapes, keys, size, &line.shape)

    cdef const uint8_t* _member(
        self, const uint8_t* place, const uint8_t* end, Member* member
    ) noexcept nogil:
        """What the value at `place` is; returns its end, or NULL."""
        cdef const uint8_t* start = place
        cdef const uint8_t* after
        member.holds = 0
        if place >= end:
            return NULL
        if place[0] == c'"':
            start = place + 1
            place = string_end(start, end, &member.holds)
            if place == NULL:
                return NULL
            member.kind = TEXT if place > start else NOTHING
            after = place + 1
        else:
            place = value_end(place, end)
            if place == NULL:
                return NULL
            member.kind = _kind_of(start, place)
            after = place
        member.start = start
        member.size = <uint32_t>(place - start)
        return after

    cdef _learn_shapes(self, Line* line, Py_ssize_t count):
        """Asks for the fields of the keys that have not been seen before."""
        cdef size_t known = self.codes.size // MEMBERS
        cdef Py_ssize_t i
        cdef uint8_t* codes
        cdef uint32_t offset, size
        cdef bytes given
        if known == self.shapes.count:
            return
        if not reserve(&self.codes, (self.shapes.count - known) * MEMBERS):
            raise MemoryError
        for known in range(known, self.shapes.count):
            offset = self.shapes.surfaces[known].offset
            size = self.shapes.surfaces[known].shape
            keys = (<const char*>self.shapes.arena + offset)[: size - 1].decode().split("\0")
            codes = self.codes.data + known * MEMBERS
            memset(codes, UNREADABLE, MEMBERS)
            self.codes.size += MEMBERS
            given = self.reading.fields(tuple(keys))
            if given is not None:
                memcpy(codes, PyBytes_AS_STRING(given), PyBytes_GET_SIZE(given))

    # -- records

    cdef object _record(self, Line* line):
        cdef Member* members[FIELDS]
        cdef Member* member
        cdef const uint8_t* codes
        cdef uint32_t i
        if line.shape == NO_SHAPE:
            return None
        codes = self.codes.data + <size_t>line.shape * MEMBERS
        if codes[0] == UNREADABLE:
            return None
        memset(members, 0, sizeof(members))
        for i in range(line.count):
            member = <Member*>(self.members.data + line.first) + i
            if member.kind != NOTHING:
                member.flags = codes[i] & (OWN | IMAGES)
                members[codes[i] & ~(OWN | IMAGES)] = member
        if members[STANDFIRST] != NULL:
            return None
        member = members[SUMMARY]
        if member != NULL and (members[BODY] == NULL or member.kind != TEXT):
            return None
        return self._made(members)

    cdef object _made(self, Member** members):
        """The record of these members."""
        cdef object headline = b"", body = b""
        cdef uint64_t published = NO_TIME
        cdef size_t characters = 0
        cdef list made = [()] * FIELDS
        cdef int field
        self.out.size = 0
        article_id = self._id(members, made)
        if article_id is None:
            return None
        if members[HEADLINE] != NULL:
            headline = self._text(members[HEADLINE], b'"headline":', True, &characters)
            if headline is None:
                return None
        if members[BODY] != NULL:
            body = self._text(members[BODY], b'"body":', False, &characters)
            if body is None or is_white(
                <const uint8_t*>PyBytes_AS_STRING(body),
                <const uint8_t*>PyBytes_AS_STRING(body) + PyBytes_GET_SIZE(body),
            ):
                return None
        for field in range(CAPTIONS, URL):
            if members[field] == NULL:
                continue
            if field == PUBLISHED and self._time(members[field], &published):
                continue
            if not self._value(members[field], field, made):
                return None
            if field == PUBLISHED:
                published = made[field]
            elif field == AUTHORS:
                made[AUTHORS], made[AGENCIES] = made[AUTHORS]
                if made[AGENCIES] and members[AGENCIES] != NULL:
                    return None
        if members[URL] != NULL and not self._url(members[URL], made):
            return None
        if members[KEYWORDS] != NULL and not self._value(members[KEYWORDS], KEYWORDS, made):
            return None
        if not (headline or body or made[CAPTIONS]):
            return None
        self._put(b"}")
        return (
            article_id, headline, body, made[CAPTIONS], published, made[SECTION],
            made[PUBLISHER], made[AUTHORS], made[AGENCIES], made[LANGUAGE], made[KEYWORDS],
            PyBytes_FromStringAndSize(<const char*>self.out.data, self.out.size), characters,
        )

    cdef object _id(self, Member** members, list made):
        """The id, with which the stored form begins; None when the line is not plain."""
        cdef Member* member = members[ID]
        cdef bytes found
        if member == NULL:
            if members[URL] == NULL or not self._url(members[URL], made):
                return None
            if not made[URL]:
                return None
            found = self.reading.id_of_url(made[URL])
            if found is None:
                return None
        else:
            if member.kind == OTHER or (member.kind == INTEGER and member.flags & OWN):
                return None
            if member.size > ID_BYTES or not is_line(member.start, member.start + member.size):
                return None
            found = PyBytes_FromStringAndSize(<const char*>member.start, member.size)
        # Nothing in it needs to be escaped.
        self.out.size = 0
        self._put(b'{"id":"')
        self._put(found)
        self._put(b'"')
        return found

    cdef object _text(self, Member* member, bytes name, bint stripped, size_t* characters):
        """A text, added to the stored form; None when the line is not plain."""
        cdef const uint8_t* start = member.start
        cdef const uint8_t* end = start + member.size
        cdef bint rewritten = member.holds & REWRITTEN != 0
        if member.kind != TEXT:
            return None
        if member.holds & ESCAPED:
            if not reserve(&self.text, member.size):
                raise MemoryError
            end = unescape(start, end, self.text.data)
            start = self.text.data
        if stripped and ends_white(start, end):
            if member.flags & OWN:
                return None
            strip(&start, &end)
            rewritten = True
        if start == end:
            return b""
        characters[0] += count_characters(start, end) if member.holds & ~ESCAPED else end - start
        self._put(b",")
        self._put(name)
        self._put(b'"')
        if rewritten:
            if not put_escaped(&self.out, start, end):
                raise MemoryError
        else:
            self._put_raw(member.start, member.size)
        self._put(b'"')
        return PyBytes_FromStringAndSize(<const char*>start, end - start)

    cdef bint _time(self, Member* member, uint64_t* published) except -1:
        """Adds a time that is written as ISO 8601 has it; False for any other."""
        cdef uint8_t[ISO_BYTES] written
        if member.kind != TEXT or not read_time(member.start, member.size, written, published):
            return False
        self._put(b',"published":"')
        self._put_raw(written, ISO_BYTES)
        self._put(b'"')
        return True

    cdef bint _url(self, Member* member, list made) except -1:
        """Adds an address; False when the line is not plain."""
        if member.kind != TEXT or not is_line(member.start, member.start + member.size):
            return self._value(member, URL, made)
        made[URL] = PyBytes_FromStringAndSize(<const char*>member.start, member.size).decode()
        self._put(b',"url":"')
        self._put_raw(member.start, member.size)
        self._put(b'"')
        return True

    cdef bint _value(self, Member* member, int field, list made) except -1:
        """Adds what is made of any other value; False when the line is not plain."""
        cdef uint8_t[VALUE_BYTES + 8] key
        cdef uint32_t number = 0
        cdef bint quoted = member.kind == TEXT
        cdef const uint8_t* start = member.start - quoted
        cdef uint32_t size = member.size + 2 * quoted
        if field == CAPTIONS or size >= VALUE_BYTES:
            found = self._asked(start, size, field, member.flags)
        else:
            key[0] = field | member.flags
            memcpy(key + 1, start, size)
            memset(key + 1 + size, 0, 7)
            if not intern_long(&self.values, key, size + 1, &number):
                raise MemoryError
            if number == <uint32_t>len(self.known):
                self.known.append(None)
                self.known[number] = self._asked(start, size, field, member.flags)
            found = self.known[number]
        if found is None:
            return False
        value, stored = <tuple?>found
        made[field] = value
        if stored:
            self._put(b",")
            self._put(stored)
        return True

    cdef object _asked(self, const uint8_t* start, uint32_t size, int field, uint8_t flags):
        return self.reading.value(
            RECORD_FIELDS[field], flags, PyBytes_FromStringAndSize(<const char*>start, size)
        )

    cdef int _put(self, bytes part) except -1:
        return self._put_raw(<const uint8_t*>PyBytes_AS_STRING(part), PyBytes_GET_SIZE(part))

    cdef int _put_raw(self, const uint8_t* part, size_t size) except -1:
        if not reserve(&self.out, size):
            raise MemoryError
        memcpy(self.out.data + self.out.size, part, size)
        self.out.size += size
        return 0


cdef uint8_t _kind_of(const uint8_t* start, const uint8_t* end) noexcept nogil:
    """What a value that is no string is."""
    cdef uint8_t byte = start[0]
    if byte == c'n':
        return NOTHING
    if byte == c'[' or byte == c'{':
        return NOTHING if after_space(start + 1, end) == end - 1 else OTHER
    if byte == c't' or byte == c'f' or memchr(start, c'.', end - start) != NULL:
        return OTHER
    start += byte == c'-'
    return OTHER if start[0] == c'0' else INTEGER


# -- texts

cdef uint8_t* put_character(uint8_t* out, uint32_t character) noexcept nogil:
    """Writes a character as UTF-8."""
    if character < 0x80:
        out[0] = <uint8_t>character
        return out + 1
    if character < 0x800:
        out[0] = <uint8_t>(0xC0 | character >> 6)
        out[1] = <uint8_t>(0x80 | character & 0x3F)
        return out + 2
    if character < 0x10000:
        out[0] = <uint8_t>(0xE0 | character >> 12)
        out[1] = <uint8_t>(0x80 | character >> 6 & 0x3F)
        out[2] = <uint8_t>(0x80 | character & 0x3F)
        return out + 3
    out[0] = <uint8_t>(0xF0 | character >> 18)
    out[1] = <uint8_t>(0x80 | character >> 12 & 0x3F)
    out[2] = <uint8_t>(0x80 | character >> 6 & 0x3F)
    out[3] = <uint8_t>(0x80 | character & 0x3F)
    return out + 4


cdef const uint8_t* unescape(
    const uint8_t* place, const uint8_t* end, uint8_t* out
) noexcept nogil:
    """Writes what a string stands for, in no more bytes than it has; returns the end of that."""
    cdef const uint8_t* escape
    cdef uint32_t character = 0
    while place < end:
        escape = <const uint8_t*>memchr(place, c'\\', end - place)
        if escape == NULL:
            escape = end
        memcpy(out, place, escape - place)
        out += escape - place
        place = escape
        if place < end:
            place = after_escape(place, end, &character)
            out = put_character(out, character)
    return out


cdef bint put_escaped(Buffer* out, const uint8_t* place, const uint8_t* end) noexcept nogil:
    """Adds a text as a JSON string has it, without quotes; False when there is no memory."""
    cdef const char* digits = b"0123456789abcdef"
    cdef const char* named = b"btn_fr"
    cdef uint8_t byte
    if not reserve(out, 6 * (end - place)):
        return False
    while place < end:
        byte = place[0]
        place += 1
        if byte >= 0x20 and byte != c'"' and byte != c'\\':
            out.data[out.size] = byte
            out.size += 1
            continue
        out.data[out.size] = c'\\'
        if byte >= 0x20:
            out.data[out.size + 1] = byte
            out.size += 2
        elif 8 <= byte <= 13 and byte != 11:
            out.data[out.size + 1] = named[byte - 8]
            out.size += 2
        else:
            memcpy(out.data + out.size + 1, b"u00", 3)
            out.data[out.size + 4] = digits[byte >> 4]
            out.data[out.size + 5] = digits[byte & 15]
            out.size += 6
    return True


cdef void strip(const uint8_t** start, const uint8_t** end) noexcept nogil:
    """Takes white space off both ends."""
    cdef const uint8_t* place
    while start[0] < end[0]:
        place = after_white(start[0], end[0])
        if place == NULL:
            break
        start[0] = place
    while start[0] < end[0]:
        place = end[0] - 1
        while place > start[0] and place[0] & 0xC0 == 0x80:
            place -= 1
        if after_white(place, end[0]) == NULL:
            break
        end[0] = place


cdef size_t count_characters(const uint8_t* place, const uint8_t* end) noexcept nogil:
    """The characters of UTF-8: all bytes but those that go on with one."""
    cdef size_t count = 0
    while place < end:
        count += place[0] & 0xC0 != 0x80
        place += 1
    return count


# -- times

cdef int number_at(const uint8_t* place, int digits) noexcept nogil:
    """The number of so many digits, or a negative one."""
    cdef int number = 0, index
    for index in range(digits):
        if not c'0' <= place[index] <= c'9':
            return -1
        number = number * 10 + place[index] - c'0'
    return number


cdef bint read_time(
    const uint8_t* text, uint32_t size, uint8_t* written, uint64_t* key
) noexcept nogil:
    """Reads 2020-02-20, 2020-02-20T10:30:00 and 2020-02-20 10:30:00+01:00 (a time without a zone
    is UTC, a date is its midnight) as a sort key and as 25 characters; False for anything
    else, and where the offset may lead out of the years 1 to 9999.
    """
    cdef int year, month, day, hour = 0, minute = 0, second = 0, ahead_hour = 0, ahead_minute = 0
    cdef int64_t days, seconds, ahead
    cdef bint leap
    if size != 10 and size != 19 and size != ISO_BYTES:
        return False
    memcpy(written, b"0000-00-00T00:00:00+00:00", ISO_BYTES)
    memcpy(written, text, size)
    year = number_at(text, 4)
    month = number_at(text + 5, 2)
    day = number_at(text + 8, 2)
    if text[4] != c'-' or text[7] != c'-' or not 1 < year < 9999:
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not 1 <= month <= 12 or not 1 <= day <= days_of_month(month, leap):
        return False
    if size > 10:
        hour = number_at(text + 11, 2)
        minute = number_at(text + 14, 2)
        second = number_at(text + 17, 2)
        if (text[10] != c'T' and text[10] != c' ') or text[13] != c':' or text[16] != c':':
            return False
        if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
            return False
        written[10] = c'T'
    if size > 19:
        ahead_hour = number_at(text + 20, 2)
        ahead_minute = number_at(text + 23, 2)
        if (text[19] != c'+' and text[19] != c'-') or text[22] != c':':
            return False
        if not (0 <= ahead_hour < 24 and 0 <= ahead_minute < 60):
            return False
    ahead = ahead_hour * 3600 + ahead_minute * 60
    if ahead == 0:
        written[19] = c'+'
    elif text[19] == c'-':
        ahead = -ahead
    # Of the proleptic Gregorian calendar; the year 1 begins with day 0.
    days = 365 * <int64_t>(year - 1) + (year - 1) // 4 - (year - 1) // 100 + (year - 1) // 400
    days += days_before_month(month, leap) + day - 1
    seconds = days * 86400 + hour * 3600 + minute * 60 + second - ahead
    key[0] = <uint64_t>(seconds * 1000000) + (<uint64_t>1 << 63)
    return True


cdef int days_of_month(int month, bint leap) noexcept nogil:
    return days_before_month(month + 1, leap) - days_before_month(month, leap)


cdef int days_before_month(int month, bint leap) noexcept nogil:
    # 153 days in five months, from March on.
    if month <= 2:
        return 31 * (month - 1)
    return 59 + leap + (153 * (month - 3) + 2) // 5
