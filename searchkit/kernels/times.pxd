# cython: language_level=3
"""A time as nearly all files write it."""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memcpy

cdef enum:
    ISO_BYTES = 25


cdef inline int number_at(const uint8_t* place, int digits) noexcept nogil:
    """The number of so many digits, or a negative one."""
    cdef int number = 0, index
    for index in range(digits):
        if not c'0' <= place[index] <= c'9':
            return -1
        number = number * 10 + place[index] - c'0'
    return number


cdef inline bint read_time(
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


cdef inline int days_of_month(int month, bint leap) noexcept nogil:
    return days_before_month(month + 1, leap) - days_before_month(month, leap)


cdef inline int days_before_month(int month, bint leap) noexcept nogil:
    # 153 days in five months, from March on.
    if month <= 2:
        return 31 * (month - 1)
    return 59 + leap + (153 * (month - 3) + 2) // 5
