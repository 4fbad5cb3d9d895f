"""Do the parts of a segment agree with each other? For segments whose checksums are right."""

from __future__ import annotations

from collections.abc import Iterator

from searchkit.codec.segment import DIGEST_OF_SEVERAL, FieldInfo, Segment, documents_of
from searchkit.copies import copies_of
from searchkit.record import decode_id, digest_of
from searchkit.schema import LIST_COLUMNS, TEXT_FIELDS, VALUE_FIELDS

__all__ = ["contradictions"]


def contradictions(segment: Segment) -> Iterator[str]:
    """Each thing that one part of a segment says and another denies, in words.

    Reads all terms and postings, not positions, and decompresses all articles. Checksums tell
    what has changed since it was written; this tells what was written wrongly.
    """
    if set(segment.fields) != {*TEXT_FIELDS, *VALUE_FIELDS}:
        yield f"its fields are {', '.join(segment.fields)}"
        return
    for name, info in segment.fields.items():
        for what in _of_field(segment, name, info):
            yield f"field {name} {what}"
    yield from _of_columns(segment)
    yield from _of_stored(segment)


def _of_field(segment: Segment, name: str, info: FieldInfo) -> Iterator[str]:
    terms = segment.dictionary(name)
    before = None
    count = occurrences = end = 0
    while terms.valid:
        term, (documents, times, offset, length) = terms.term, terms.entry
        if before is not None and term <= before:
            yield f"has the term {term!r} after {before!r}"
        if offset != end:
            yield f"has the postings of {term!r} at {offset}, not at {end}"
        numbers = list(documents_of(segment.postings(name, terms.entry)))
        if len(numbers) != documents or numbers != sorted(set(numbers)):
            yield f"has {len(numbers)} postings of {term!r}, not {documents} in order"
        elif numbers[-1] >= segment.documents:
            yield f"has {term!r} in document {numbers[-1]} of {segment.documents}"
        before, end = term, offset + length
        count += 1
        occurrences += times
        terms.next()
    if (count, occurrences) != (info.terms, info.occurrences):
        yield (
            f"has {count} terms that occur {occurrences} times, "
            f"not {info.terms} and {info.occurrences}"
        )
    if end != segment.file.length(f"postings:{name}"):
        yield f"has postings beyond byte {end}"
    if info.positional:
        lengths = segment.lengths(name)
        if len(lengths) != segment.documents or max(lengths) != info.longest:
            yield f"has {len(lengths)} lengths of up to {max(lengths)}, not {info.longest}"


def _of_columns(segment: Segment) -> Iterator[str]:
    columns = {
        "id": segment.ids,
        "published": segment.published,
        "digest": segment.digests,
        "fingerprint": segment.fingerprints,
        "signature": segment.signatures,
        "text": segment.text_keys,
    }
    for name, column in columns.items():
        if len(column) != segment.documents:
            yield f"column {name} has {len(column)} values for {segment.documents} documents"
    for name in LIST_COLUMNS:
        words = segment.words(name)
        places = (place for document in words.places for place in document)
        if max(places, default=-1) >= len(words.words):
            yield f"column {name} has a word beyond its {len(words.words)}"


def _of_stored(segment: Segment) -> Iterator[str]:
    stored = segment.stored
    if len(stored) != segment.documents:
        yield f"{len(stored)} articles are stored"
        return
    # Of a column of another length it is said above.
    columns = zip(stored, segment.ids, segment.digests, strict=False)
    ids = 0
    for document, (article, article_id, digest) in enumerate(columns):
        if decode_id(article) != article_id:
            yield f"the article {document} is stored with another id than {article_id!r}"
        copies = copies_of(article, article_id)
        ids += 1 + len(copies)
        if digest != (DIGEST_OF_SEVERAL if copies else digest_of(article)):
            yield f"the article {document} is stored with another digest"
    if ids != segment.fields["id"].occurrences:
        yield f"{ids} ids are stored, {segment.fields['id'].occurrences} have postings"
