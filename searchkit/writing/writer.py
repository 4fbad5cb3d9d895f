"""Articles into the index and out of it; what was done becomes the index with a commit."""

from __future__ import annotations

import contextlib
import threading
from array import array
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

from searchkit.codec.commit import clean, commit, generation_on_disk
from searchkit.codec.format import damaged
from searchkit.codec.lock import WriteLock
from searchkit.codec.manifest import Manifest, manifest_name, new_segment_name
from searchkit.codec.segment import DIGEST_OF_SEVERAL, WrittenSegment, file_name
from searchkit.codec.snapshot import LiveSegment, Snapshot, open_snapshot
from searchkit.codec.storage import Storage
from searchkit.codec.toc import write_toc
from searchkit.copies import (
    MAX_COPIES,
    NO_TEXT_KEY,
    article_with_id,
    articles_of,
    record_of_all,
    text_key,
    texts_of,
)
from searchkit.record import Record, decode_article, digest_of, encode_article
from searchkit.writing.batch import BuiltSegment, Entry
from searchkit.writing.ledger import Ledger, has_ledger, key_of
from searchkit.writing.memory import give_back_memory
from searchkit.writing.merge import choose_merges, merge_segments
from searchkit.writing.owned import OwnedSegment
from searchkit.writing.pool import BuilderPool
from searchkit.writing.waiting import Waiting, WaitingArticles

__all__ = ["Outcome", "Writer"]

# A batch has about so many bytes of stored articles, or so many of them: enough work for a
# worker that handing it over costs nothing, and little enough to stay in the processor's caches.
_BATCH_BYTES = 2 << 20
_BATCH_ARTICLES = 2_000
# What a batch takes that is being filled, waits or is being built: its texts twice, and tokens.
_BATCH_HELD_BYTES = 8 << 20

# In the place of its place in the stream, of an article that waits to be joined with others.
_WAITING = -1

# What an article that is not yet in a segment costs the writer beside its postings.
_BUFFERED_BYTES = 400

# The columns, lengths and numbers of a document that is being merged.
_MERGED_DOCUMENT_BYTES = 100

# However little was added, so much may be merged after it (about a third of a second).
_LEAST_MERGE_BYTES = 32 << 20
# A large addition may wait for the merge of so many times what it has written itself.
_MERGE_FACTOR = 8

# What became of an article.
Outcome = str
OUTCOMES = ADDED, UPDATED, UNCHANGED, COPIED = "added", "updated", "unchanged", "copied"

Merged = tuple[WrittenSegment, "list[array[int]]"]


class Writer:
    """The one writer of an index, from opening to `close`; a context manager.

    `add` and `delete` are gathered and seen by nobody until `commit`, which is durable when
    it returns; `close` drops what is not committed. `memory` is the number of bytes that what
    is to be written may take, until segment files are made of it, `workers` the number of
    threads that make postings. Not for several threads at once.

    Raises IndexLockedError when another writer does not finish within `lock_timeout` seconds,
    StorageError when the directory cannot be written to, and IndexDamagedError.
    """

    def __init__(self, path: Path, *, memory: int, workers: int, lock_timeout: float) -> None:
        self._memory = memory
        self._lock = WriteLock(path, lock_timeout)
        self._lock.acquire()
        self._closing = contextlib.ExitStack()
        self._closing.callback(self._lock.release)
        try:
            self._storage = Storage(path)
            snapshot = open_snapshot(self._storage)
            self._manifest = snapshot.manifest
            self._refuse_damage()
            clean(self._storage, self._manifest, write_toc)
            self._segments = [OwnedSegment.of_commit(each) for each in snapshot.segments]
            self._stop = threading.Event()
            self._pool = BuilderPool(
                self._storage, self._manifest.language, self._memory, workers, self._stop.is_set
            )
            self._closing.callback(self._pool.close)
            self._merger = ThreadPoolExecutor(1, thread_name_prefix="searchkit-merge")
            self._closing.callback(self._merger.shutdown)
            self._closing.callback(self._stop.set)
        except BaseException:
            self._closing.close()
            raise
        self._merge: tuple[list[OwnedSegment], list[LiveSegment], Future[Merged]] | None = None
        # Articles that are not in a segment file yet: id → place in the stream or _WAITING, and
        # digest.
        self._buffered: dict[bytes, tuple[int, bytes]] = {}
        # The keys of their texts; articles that were added since with one of these wait.
        self._texts: set[bytes] = set()
        self._waiting = WaitingArticles()
        self._superseded: list[int] = []
        self._batch: list[Entry] = []
        self._batch_bytes = 0
        # Of a small budget no more than a part is kept for batches, and so exceeded by them.
        self._batches_hold = min((workers + 2) * _BATCH_HELD_BYTES, memory // 4)
        self._ordinal = 0
        self._written_bytes = 0
        self._dropped = False
        self._ledger: Ledger | None = None
        self._deleted: list[bytes] = []  # ids, since the last commit
        # Whether the memory is used up: then flush, or commit.
        self.full = False

    def _refuse_damage(self) -> None:
        """Nothing is built on the commit before one that cannot be read: its files would go."""
        newest = generation_on_disk(self._storage)
        if newest > self._manifest.generation:
            raise damaged(
                self._storage.path / manifest_name(newest),
                f"the commit before it, {self._manifest.generation}, can still be searched, "
                "but nothing is added to it",
            )

    @property
    def seed(self) -> int:
        """The seed of fingerprints in this index."""
        return self._manifest.seed

    @property
    def generation(self) -> int:
        """The number of the last commit."""
        return self._manifest.generation

    @property
    def ledger(self) -> Ledger:
        """The files that were read into this index."""
        if self._ledger is None:
            self._ledger = Ledger(self._storage.path, self._manifest.generation)
            self._closing.callback(self._ledger.close)
        return self._ledger

    # -- adding and deleting

    def knows(self, fingerprint: bytes) -> bool:
        """Whether the index has the article of the record with this fingerprint."""
        for each in self._segments:  # noqa: SIM110  # any() takes twice the time
            if each.knows(fingerprint):
                return True
        return False

    def known_id(self, fingerprint: bytes) -> bytes | None:
        """The id of the article of the record with this fingerprint, if the index has it."""
        for each in self._segments:
            found = each.id_of(fingerprint)
            if found is not None:
                return found
        return None

    def add(self, record: Record, fingerprint: bytes = b"") -> Outcome:
        """Adds an article, or puts it in the place of the one with its id. Raises StorageError.

        COPIED is one that is new and has the texts of another.
        """
        digest = digest_of(record.stored)
        outcome = self._supersede(record.id, digest)
        if outcome == UNCHANGED:
            return outcome
        key = text_key(record)
        if key in self._texts or (self._segments and self._find_text(key)):
            article = decode_article(record.stored)
            self._wait(Waiting(article, key, fingerprint), digest, len(record.stored))
            return COPIED if outcome == ADDED else outcome
        if key != NO_TEXT_KEY:
            self._texts.add(key)
        self._buffered[record.id] = self._ordinal, digest
        self._enqueue(Entry(record, digest, fingerprint, key))
        return outcome

    def _enqueue(self, entry: Entry) -> None:
        self._ordinal += 1
        self._batch.append(entry)
        self._batch_bytes += len(entry.record.stored)
        if self._batch_bytes >= _BATCH_BYTES or len(self._batch) >= _BATCH_ARTICLES:
            self._submit()

    def _supersede(self, article_id: bytes, digest: bytes) -> Outcome:
        """Deletes an earlier version of an article, unless it is the same one."""
        if buffered := self._buffered.get(article_id):
            if buffered[1] == digest:
                return UNCHANGED
            self._forget(article_id, buffered[0])
            return UPDATED
        for owned in self._segments:
            document = owned.find(article_id)
            if document is not None:
                known = owned.segment.digests[document]
                if known == digest:
                    return UNCHANGED
                if known == DIGEST_OF_SEVERAL:
                    article = article_with_id(owned.segment.stored[document], article_id.decode())
                    if digest_of(encode_article(article)) == digest:
                        return UNCHANGED
                    self._take_out(owned, document, article_id)
                else:
                    owned.delete(document)
                return UPDATED
        return ADDED

    def _take_out(self, owned: OwnedSegment, document: int, article_id: bytes) -> None:
        """Deletes one of the articles of a document; the others wait to be joined anew."""
        key = owned.segment.text_keys[document]
        for each in articles_of(owned.segment.stored[document]):
            if each.id.encode() != article_id:
                # They share their texts, and so take little.
                self._wait(Waiting(each, key, b""), digest_of(encode_article(each)), 0)
        self._texts.add(key)
        owned.delete(document)

    def _forget(self, article_id: bytes, ordinal: int) -> None:
        """Drops an article that is not in a segment file yet."""
        if ordinal == _WAITING:
            self._waiting.drop(article_id)
        else:
            self._superseded.append(ordinal)

    def _wait(self, waiting: Waiting, digest: bytes, size: int) -> None:
        article_id = waiting.article.id.encode()
        self._buffered[article_id] = _WAITING, digest
        self._waiting.put(article_id, waiting, size)
        self.full = self.full or self._waiting.nbytes >= self._memory // 2

    def _find_text(self, key: bytes) -> tuple[OwnedSegment, int] | None:
        """The live document of these texts, if it is in a segment."""
        for owned in self._segments:
            document = owned.find_text(key)
            if document >= 0:
                return owned, document
        return None

    def delete(self, given_id: str) -> bool:
        """Deletes the article with this id; whether there was one."""
        article_id = given_id.encode(errors="surrogatepass")
        self._deleted.append(article_id)
        if buffered := self._buffered.pop(article_id, None):
            self._forget(article_id, buffered[0])
            return True
        for owned in self._segments:
            document = owned.find(article_id)
            if document is not None:
                if owned.segment.digests[document] == DIGEST_OF_SEVERAL:
                    self._take_out(owned, document, article_id)
                else:
                    owned.delete(document)
                return True
        return False

    def delete_where(self, numbers: Callable[[Snapshot], Iterable[int]]) -> int:
        """Deletes the documents of which `numbers` gives the numbers in a snapshot of all that
        was added and deleted so far; returns how many.
        """
        self.flush()
        snapshot = self._snapshot()
        count = 0
        by_name = {owned.segment.name: owned for owned in self._segments}
        for number in numbers(snapshot):
            live, document = snapshot.place(number)
            stored = live.segment.stored[document]
            self._deleted.extend(each.id.encode() for each in articles_of(stored))
            by_name[live.entry.name].delete(document)
            count += 1
        return count

    def delete_keys(self, keys: Collection[int]) -> int:
        """Deletes the articles with these keys of the ledger; returns how many there were."""
        self.flush()
        wanted = [
            each.decode()
            for owned in self._segments
            for each in owned.ids()
            if key_of(each) in keys
        ]
        return sum(map(self.delete, wanted))

    def flush(self) -> None:
        """Writes what is in memory to segment files."""
        self._finish_segments()
        if self._waiting:
            self._join()
            self._finish_segments()
        self.full = False

    def _join(self) -> None:
        """Writes the documents of articles that wait, with those that have their texts already."""
        for waiting in self._waiting.take():
            key = waiting[0].key
            joined = [(each.article, each.fingerprint) for each in waiting]
            if found := self._find_text(key):
                owned, document = found
                there = articles_of(owned.segment.stored[document])
                if len(there) <= MAX_COPIES and texts_of(there[0]) == texts_of(joined[0][0]):
                    # The fingerprint of a document is that of its first article.
                    fingerprint = owned.segment.fingerprints[document]
                    joined = [(each, fingerprint) for each in there] + joined
                    owned.delete(document)
            for start in range(0, len(joined), MAX_COPIES + 1):
                articles = [article for article, _ in joined[start : start + MAX_COPIES + 1]]
                record = record_of_all(articles)
                digest = DIGEST_OF_SEVERAL if articles[1:] else digest_of(record.stored)
                ids = tuple(each.id.encode() for each in articles[1:])
                self._enqueue(Entry(record, digest, joined[start][1], key, ids))

    def _finish_segments(self) -> None:
        self._submit()
        large = self._pool.nbytes >= self._memory // 4
        if large:
            self._give_back()
        for built in self._pool.finish():
            self._own(built)
        if large:
            self._give_back()
        self._buffered.clear()
        self._texts.clear()
        self._superseded.clear()

    def _give_back(self) -> None:
        """Gives what is held without need back to the system, as a flush takes the most memory."""
        for owned in self._segments:
            owned.segment.file.give_back()
        give_back_memory()

    def _submit(self) -> None:
        if self._batch:
            batch, self._batch = self._batch, []
            self._batch_bytes = 0
            self._pool.submit(self._ordinal - len(batch), batch)
            buffered = len(self._buffered) * _BUFFERED_BYTES
            held = self._pool.nbytes + buffered + self._waiting.nbytes + self._merging_bytes()
            self.full = held + self._batches_hold >= self._memory

    def _merging_bytes(self) -> int:
        """About what the merge that goes on beside holds, as far as room is made for it."""
        if self._merge is None:
            return 0
        documents = sum(live.entry.documents for live in self._merge[1])
        return min(documents * _MERGED_DOCUMENT_BYTES, self._memory // 3)

    def _own(self, built: BuiltSegment) -> None:
        owned = OwnedSegment.new(self._storage, built.written)
        self._written_bytes += built.written.size
        for ordinal in self._superseded:
            for first, count, document in built.batches:
                if first <= ordinal < first + count:
                    owned.delete(document + ordinal - first)
        self._segments.append(owned)

    # -- committing

    def commit(self) -> bool:
        """Makes everything so far the index, durably; False when there was nothing to do.

        Raises StorageError: the index is as of the commit before then.
        """
        self.flush()
        self._adopt_merge(wait=False)
        merging = self._merge[0] if self._merge else []
        for owned in [each for each in self._segments if each.empty and each not in merging]:
            self._drop(owned)
        if not self._dropped and not any(owned.changed for owned in self._segments):
            return False
        self._reread_deleted()
        generation = generation_on_disk(self._storage) + 1
        entries = tuple(owned.settle(self._storage, generation) for owned in self._segments)
        manifest = Manifest(generation, self._manifest.language, self._manifest.seed, entries)
        commit(self._storage, manifest, write_toc)
        self._manifest = manifest
        self._dropped = False
        return True

    def _reread_deleted(self) -> None:
        """Has the files of what is deleted read again when somebody names them."""
        if self._deleted and (self._ledger or has_ledger(self._storage.path)):
            self.ledger.reread(set(map(key_of, self._deleted)))
        self._deleted.clear()

    def _drop(self, owned: OwnedSegment) -> None:
        """Leaves a segment out of the next commit."""
        self._segments.remove(owned)
        if owned.committed:
            self._dropped = True
        else:
            owned.segment.close()
            self._storage.remove(file_name(owned.segment.name))

    def _snapshot(self) -> Snapshot:
        generation = self._manifest.generation + 1
        lives = tuple(each.as_live(generation) for each in self._segments if not each.empty)
        return Snapshot(self._manifest, lives)

    # -- merging

    def merge(self, *, wait: bool) -> None:
        """Merges segments of like size; without `wait`, goes on while it is done by a thread.

        What is merged is committed when it is done, at the latest by the next `merge`.
        """
        while True:
            self._adopt_merge(wait=wait)
            if self._merge is not None:
                return
            allowed = max(_LEAST_MERGE_BYTES, _MERGE_FACTOR * self._written_bytes)
            groups = choose_merges(self._mergeable(), allowed)
            if not groups:
                self.commit()
                return
            self._start_merge(groups[0])

    def compact(self) -> None:
        """Merges everything into one segment without deleted documents, and commits."""
        self.commit()
        self._adopt_merge(wait=True)
        lives = self._mergeable()
        if len(lives) > 1 or any(each.entry.deleted for each in lives):
            self._start_merge(lives)
            self._adopt_merge(wait=True)
            self.commit()

    def _mergeable(self) -> list[LiveSegment]:
        generation = self._manifest.generation + 1
        return [each.as_live(generation) for each in self._segments if not each.empty]

    def _start_merge(self, lives: list[LiveSegment]) -> None:
        by_name = {owned.segment.name: owned for owned in self._segments}
        sources = [by_name[live.entry.name] for live in lives]
        future = self._merger.submit(
            merge_segments, self._storage, new_segment_name(), lives, self._stop.is_set
        )
        self._merge = sources, lives, future

    def _adopt_merge(self, *, wait: bool) -> None:
        """Puts a merged segment, once it is there, in the place of its sources."""
        if self._merge is None or not (wait or self._merge[2].done()):
            return
        sources, lives, future = self._merge
        self._merge = None
        written, numbers = future.result()
        merged = OwnedSegment.new(self._storage, written)
        for owned, live, new in zip(sources, lives, numbers, strict=True):
            owned.follow(live, merged, new)
        self._segments.insert(self._segments.index(sources[0]), merged)
        for owned in sources:
            self._drop(owned)

    # -- life

    def close(self) -> None:
        """Ends the writer; what is not committed is dropped."""
        self._closing.close()

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
