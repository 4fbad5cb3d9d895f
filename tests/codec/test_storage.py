from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import resource
import stat
import tempfile
from array import array
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.codec import storage as storage_module
from searchkit.codec.storage import Storage, give_back, replace_file, write_file
from searchkit.errors import IndexDamagedError, StorageError


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path)


@contextlib.contextmanager
def failing(target: object, name: str, code: int) -> Iterator[list[object]]:
    """Within the block each call of a function fails; yields the arguments of the calls."""
    calls: list[object] = []

    def fail(*arguments: object, **_: object) -> None:
        calls.append(arguments)
        raise OSError(code, os.strerror(code))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(target, name, fail)
        yield calls


@given(st.lists(st.binary(max_size=20)))
def test_a_file_is_what_was_written_however_it_was_cut(pieces: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage_module, "_BUFFER_BYTES", 8)
        storage = Storage(Path(folder))
        written = 0
        with storage.create("x") as file:
            for piece in pieces:
                file.write(piece)
                written += len(piece)
                assert file.tell() == written
        assert storage.read("x") == storage.map("x") == b"".join(pieces)


def test_any_contiguous_buffer_of_any_size_is_written_whole(storage: Storage) -> None:
    numbers = array("I", range(500_000))
    changing = bytearray(b"abc")
    with storage.create("x") as file:
        file.write(changing)
        changing[:] = b"xyz"
        file.write(array("q"))
        file.write(numbers)
        file.write(memoryview(numbers)[10:20])
        assert file.tell() == 3 + 4 * 500_010
    assert storage.read("x") == b"abc" + numbers.tobytes() + numbers[10:20].tobytes()
    with storage.create("y") as file, pytest.raises((TypeError, ValueError)):
        file.write(memoryview(b"abcd")[::2])


def test_what_is_synced_has_reached_the_system_before(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []

    def note(descriptor: int) -> None:
        status = os.fstat(descriptor)
        synced.append("directory" if stat.S_ISDIR(status.st_mode) else status.st_size)

    monkeypatch.setattr(os, "fsync", note)
    with storage.create("x") as file:
        file.write(b"abc")
        assert storage.size("x") == 0
        file.sync()
        file.write(b"defgh")
        file.sync()
        storage.sync_directory()
    write_file(storage, "y", b"1", b"23")
    assert synced == [3, 8, "directory", 3]


def test_a_file_is_replaced_at_once(storage: Storage) -> None:
    replace_file(storage, "x", b"one")
    replace_file(storage, "x", b"two")
    assert storage.read("x") == b"two"
    assert storage.names() == ["x"]


def test_a_file_is_made_once_only(storage: Storage) -> None:
    write_file(storage, "x", b"1")
    with pytest.raises(StorageError, match=r"cannot write to .*/x: File exists"):
        storage.create("x")
    assert storage.read("x") == b"1"


def test_what_is_removed_may_be_removed_again_and_stays_mapped(storage: Storage) -> None:
    write_file(storage, "x", b"abc" * 5000)
    mapped = storage.map("x")
    storage.remove("x")
    storage.remove("x")
    assert storage.names() == []
    assert mapped == b"abc" * 5000
    with pytest.raises(TypeError):
        mapped[0] = 0


def test_what_is_given_back_of_a_mapped_file_reads_as_before(storage: Storage) -> None:
    content = bytes(range(250)) * 400
    write_file(storage, "x", content)
    mapped = storage.map("x")
    part = mapped[5000:50_000]
    for _ in range(2):
        assert mapped == content
        give_back(part)
    assert part == content[5000:50_000]
    give_back(storage.map("x")[:0])
    give_back(memoryview(b"in no file"))


def test_an_empty_file_can_be_mapped(storage: Storage) -> None:
    write_file(storage, "x")
    assert storage.map("x") == storage.read("x") == b""
    assert storage.size("x") == 0


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "/etc/passwd"])
def test_a_name_has_no_folder(storage: Storage, name: str) -> None:
    for call in (storage.create, storage.remove, storage.read, storage.map, storage.size):
        with pytest.raises(ValueError, match="is no plain file name"):
            call(name)
    with pytest.raises(ValueError, match="is no plain file name"):
        storage.rename("x", name)


def test_reading_tells_what_is_missing_from_what_is_damaged_or_forbidden(storage: Storage) -> None:
    for call in (storage.read, storage.map, storage.size):
        with pytest.raises(FileNotFoundError):
            call("x")
    with pytest.raises(FileNotFoundError):
        Storage(storage.path / "nowhere").names()
    write_file(storage, "x", b"1")
    with (
        failing(Path, "read_bytes", errno.EIO),
        pytest.raises(IndexDamagedError, match=r"cannot read .*/x: Input/output error; "),
    ):
        storage.read("x")
    with (
        failing(Path, "open", errno.EACCES),
        pytest.raises(StorageError, match=r"/x: Permission denied\. Mend that"),
    ):
        storage.map("x")
    assert not storage.poisoned


def test_a_disk_that_fills_up_is_told(storage: Storage) -> None:
    """By a limit on files: the system writes a part and refuses the rest, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    file = storage.create("x")
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, hard))
        with pytest.raises(StorageError, match=r"/x: File too large; the index is as of its last"):
            file.write(bytes(5_000_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    file.close()
    assert storage.size("x") == 2_000_000


def test_a_part_that_the_system_takes_is_not_the_end(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:1000]))
    content = bytes(range(256)) * 40
    write_file(storage, "x", content)
    assert storage.read("x") == content


def test_after_a_failed_sync_nothing_is_written_or_synced_again(storage: Storage) -> None:
    """The system may have dropped the data, and a second sync would not know."""
    write_file(storage, "there", b"1")
    file = storage.create("x")
    file.write(b"abc")
    with failing(os, "fsync", errno.EIO) as calls:
        with pytest.raises(StorageError, match=r"/x: Input/output error; .* last commit\. Mend"):
            file.sync()
        assert storage.poisoned
        file.write(b"more")
        changes = [
            file.sync,
            storage.sync_directory,
            lambda: storage.create("y"),
            lambda: storage.rename("there", "y"),
            lambda: storage.remove("there"),
            lambda: file.write(bytes(2_000_000)),
        ]
        for change in changes:
            with pytest.raises(StorageError, match=r"cannot write to .*/x: .* before, and nothing"):
                change()
        assert len(calls) == 1
    file.close()
    assert storage.read("x") == b"abc"
    assert sorted(storage.names()) == ["there", "x"]
    write_file(Storage(storage.path), "y", b"2")


def test_an_exception_drops_what_was_not_handed_on(storage: Storage) -> None:
    with contextlib.suppress(KeyError), storage.create("x") as file:
        file.write(b"abc")
        raise KeyError
    assert storage.read("x") == b""


def test_a_file_may_be_closed_twice_and_is_not_inherited(storage: Storage) -> None:
    before = os.listdir("/dev/fd")  # noqa: PTH208
    file = storage.create("x")
    assert not os.get_inheritable(file._descriptor)
    file.close()
    file.close()
    storage.sync_directory()
    assert os.listdir("/dev/fd") == before  # noqa: PTH208


def test_a_file_system_without_syncs_of_directories_is_no_failure(storage: Storage) -> None:
    with failing(os, "fsync", errno.EINVAL) as calls:
        storage.sync_directory()
    assert len(calls) == 1
    with failing(os, "fsync", errno.EIO), pytest.raises(StorageError):
        storage.sync_directory()


def test_on_a_mac_the_drive_is_told_to_sync_too(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_module, "sys", SimpleNamespace(platform="darwin"))
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    commands = []
    with pytest.MonkeyPatch.context() as patch, failing(os, "fsync", errno.EIO):
        patch.setattr(fcntl, "fcntl", lambda _, command: commands.append(command))
        write_file(storage, "x", b"1")
    assert commands == [51]
    with failing(fcntl, "fcntl", errno.ENOTSUP) as calls:
        write_file(storage, "y", b"1")
    assert len(calls) == 1
    with failing(fcntl, "fcntl", errno.EIO), failing(os, "fsync", errno.EIO) as calls:
        with pytest.raises(StorageError):
            write_file(storage, "z", b"1")
        assert calls == []
