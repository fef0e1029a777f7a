"""The file of a backup: a zip that any tool opens, with a checksum over all of it at its very end.

::

    luwte-backup.txt       what this is, for whoever finds it
    tables/<table>.jsonl   a row a line
    files/<folder>/…       files of the installation
    manifest.json          what is in it, and by which versions it was made

The zip's comment ends with the SHA-256 of everything before it: a file that was cut off or changed is refused before
anything of it is used.
"""

import json
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from core.crypto.tokens import equal, fingerprint_of, new_token
from core.errors import LuwteError

FORMAT = 1
_FIRST = "luwte-backup.txt"
_ABOUT = (
    "A backup of Luwte. `luwte restore` puts it into an empty installation. Keep it where nobody else can read it.\n"
)
_MANIFEST = "manifest.json"
_MARK = b"luwte backup; sha-256 of all before this: "
_DIGITS = 64
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Writer:
    """A backup while it is written."""

    _zip: zipfile.ZipFile

    def table(self, name: str, lines: Iterable[list[Any]]) -> int:
        """Write a table's rows; gives how many."""
        count = 0
        with self._member(f"tables/{name}.jsonl") as member:
            for line in lines:
                member.write(json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")
                count += 1
        return count

    def file(self, folder: Path, path: Path) -> bool:
        """Write a file under the name of its folder; False when it is gone meanwhile."""
        try:
            source = path.open("rb")
        except FileNotFoundError:
            return False
        with source, self._member(f"files/{folder.name}/{path.relative_to(folder).as_posix()}") as member:
            while block := source.read(_BLOCK):
                member.write(block)
        return True

    def text(self, name: str, text: str) -> None:
        """Write a small text."""
        with self._member(name) as member:
            member.write(text.encode())

    def _member(self, name: str) -> IO[bytes]:
        entry = zipfile.ZipInfo(name)
        entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
        return self._zip.open(entry, "w", force_zip64=True)


def write_archive(path: Path, fill: Callable[[Writer], dict[str, Any]]) -> None:
    """Write a backup that `fill` fills and gives the manifest of: a whole file at `path`, for its owner only, or none.

    Raises LuwteError where the file is there already or cannot be made.
    """
    if path.exists():
        raise LuwteError(f"{path} is there already: name another file. Nothing was changed.")
    draft = path.with_name(f".{path.name}.{new_token()[:8]}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            _write_zip(file, fill)
            _sign(file)
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        raise LuwteError(f"{path} is there already: name another file. Nothing was changed.") from None
    except OSError as error:
        raise LuwteError(f"{path} cannot be written ({error.strerror}): mend that, or name another file.") from None
    finally:
        draft.unlink(missing_ok=True)


def _write_zip(file: IO[bytes], fill: Callable[[Writer], dict[str, Any]]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        writer = Writer(archive)
        writer.text(_FIRST, _ABOUT)
        manifest = fill(writer)
        writer.text(_MANIFEST, json.dumps({"format": FORMAT, **manifest}, indent=1))
        archive.comment = _MARK + b"0" * _DIGITS


def _sign(file: IO[bytes]) -> None:
    """Put the checksum of all before it in the last places."""
    size = file.seek(0, os.SEEK_END) - _DIGITS
    checksum = fingerprint_of(_blocks(file, size))
    file.seek(size)
    file.write(checksum.encode("ascii"))
    file.flush()


def _blocks(file: IO[bytes], size: int) -> Iterator[bytes]:
    file.seek(0)
    while size > 0 and (block := file.read(min(size, _BLOCK))):
        size -= len(block)
        yield block


@dataclass(frozen=True, slots=True)
class Archive:
    """A backup that was found whole."""

    manifest: dict[str, Any]
    _zip: zipfile.ZipFile

    def table(self, name: str) -> Iterator[list[Any]]:
        """A table's rows."""
        with self._zip.open(f"tables/{name}.jsonl") as member:
            for line in member:
                yield json.loads(line)

    def unpack(self, folders: Iterable[str], target: Path) -> int:
        """Write the files of these folders into `target`; gives how many."""
        count = 0
        for name in self._zip.namelist():
            place = PurePosixPath(name)
            if len(place.parts) > 2 and place.parts[0] == "files" and place.parts[1] in folders and _inside(place):
                path = target.joinpath(*place.parts[1:])
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with self._zip.open(name) as member, path.open("xb") as file:
                    path.chmod(0o600)
                    while block := member.read(_BLOCK):
                        file.write(block)
                count += 1
        return count


def _inside(place: PurePosixPath) -> bool:
    return not place.is_absolute() and ".." not in place.parts


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Give a backup that is whole, and as it was made. Raises LuwteError with one sentence for anything else."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise LuwteError(f"There is no file {path}: name a backup that `luwte backup` made.") from None
    except OSError as error:
        raise LuwteError(f"{path} cannot be read ({error.strerror}): name a backup that `luwte backup` made.") from None
    with file:
        _check_whole(path, file)
        with zipfile.ZipFile(file) as archive:
            manifest = json.loads(archive.read(_MANIFEST))
            if manifest["format"] != FORMAT:
                raise LuwteError(f"{path} was made by a newer Luwte: install that version, then restore it there.")
            yield Archive(manifest, archive)


def _check_whole(path: Path, file: IO[bytes]) -> None:
    if _FIRST.encode() not in file.read(200):
        raise LuwteError(f"{path} is no backup of Luwte: name a file that `luwte backup` made.")
    size = file.seek(0, os.SEEK_END) - _DIGITS
    tail = b""
    with suppress(OSError, ValueError):
        file.seek(size - len(_MARK))
        tail = file.read()
    if not tail.startswith(_MARK):
        raise LuwteError(f"{path} was cut off, or written over at its end: take another copy of it, or another backup.")
    if not equal(tail[len(_MARK) :], fingerprint_of(_blocks(file, size)).encode("ascii")):
        raise LuwteError(f"{path} was changed since it was made: take another copy of it, or another backup.")
