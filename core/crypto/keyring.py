"""The key ring: the random secrets of one installation, each in a small file outside the database.

Long-lived secrets (`secret`) are made once and stay. Secrets of a day (`day_secret`) name things that may be told apart
within that day only; forgetting the day makes every name given under it meaningless, in backups too. Epoch keys
(`epoch`) are one for each owner, kind of data and day: what was sealed under one is gone, wherever it was copied to,
when it is forgotten.
"""

import os
import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Lock
from uuid import UUID

from core.errors import LuwteError

_LENGTH = 32
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_KIND = re.compile(r"[a-z][a-z0-9_]{0,79}(\.[a-z0-9_]{1,79})*")
_EPOCH_FILE = re.compile(r"(\d{4}-\d{2}-\d{2})\.key")
_FORGOTTEN = "forgotten-before"
_DAY_FILE = re.compile(r"(\d{4}-\d{2}-\d{2})\.[a-z0-9-]+\.key")


class KeyRing:
    """Secrets of 32 random bytes under `folder` (mode 0700; each file 0600), shared by all its processes.

    `credentials` may name a folder that systemd or Docker fills (`$CREDENTIALS_DIRECTORY`, `/run/secrets`): a lasting
    secret found there as `<name>.key` is used and none is made.
    """

    def __init__(self, folder: Path, credentials: Path | None = None) -> None:
        self.folder = folder
        self._days = folder / "days"
        self._epochs = folder / "epochs"
        self._credentials = credentials
        self._known: dict[str, bytes] = {}
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"KeyRing({str(self.folder)!r})"

    def secret(self, name: str) -> bytes:
        """The lasting secret of this name, made at the first call.

        Raises LuwteError when the name is not of small letters, digits and hyphens, or when the file cannot be used.
        """
        _check_name(name)
        with self._lock:
            if name not in self._known:
                self._known[name] = self._lasting(name)
            return self._known[name]

    def numbers(self, name: str) -> list[int]:
        """The numbers of the secrets `<name>-<number>` that there are, in order."""
        _check_name(name)
        form = re.compile(rf"{re.escape(name)}-([1-9]\d{{0,8}})\.key")
        folders = [folder for folder in (self.folder, self._credentials) if folder is not None]
        files = [path.name for folder in folders for path in folder.glob(f"{name}-*.key")]
        return sorted({int(match[1]) for file in files if (match := form.fullmatch(file))})

    def numbered(self, name: str, number: int) -> bytes | None:
        """The secret `<name>-<number>`, or None: unlike `secret` this never makes one."""
        return self.secret(f"{name}-{number}") if number in self.numbers(name) else None

    def drop(self, name: str) -> None:
        """Overwrite and delete a lasting secret; what only it could open is gone. One given from outside stays."""
        _check_name(name)
        with self._lock:
            self._known.pop(name, None)
            _wipe(self.folder / f"{name}.key")

    def made_at(self, name: str) -> datetime | None:
        """Since when a lasting secret lies in the ring; None for one that does not, or that was given from outside."""
        _check_name(name)
        try:
            return datetime.fromtimestamp((self.folder / f"{name}.key").stat().st_mtime, UTC)
        except FileNotFoundError:
            return None

    def day_secret(self, purpose: str, day: date) -> bytes:
        """The secret of one purpose on one day; it is read anew at each call, so that a forgotten day is gone at once.

        Raises LuwteError for a day that was forgotten.
        """
        _check_name(purpose)
        if day < _forgotten_before(self._days):
            raise LuwteError(
                f"The keys of {day.isoformat()} were forgotten; what was named under them cannot be named again."
            )
        return _read_or_make(self._days / f"{day.isoformat()}.{purpose}.key")

    def forget_days(self, before: date) -> int:
        """Delete the secrets of all days before `before`, and say how many; none of them can be made again."""
        _remember_forgetting(self._days, before)
        return _wipe_all(path for day, path in self._day_files() if day < before)

    def epoch(self, owner: UUID, kind: str, day: date) -> bytes:
        """The key of one day for a kind of data of one owner, made at the first call; read anew at each.

        Raises LuwteError for a day that was forgotten.
        """
        folder = self._line(owner, kind)
        if day < _forgotten_before(folder):
            raise LuwteError(
                f"The keys of {day.isoformat()} for {kind} were forgotten: nothing can be sealed under them."
            )
        _make_folder(self._epochs)
        _make_folder(folder.parent)
        return _read_or_make(folder / f"{day.isoformat()}.key")

    def known_epoch(self, owner: UUID, kind: str, day: date) -> bytes | None:
        """The key of one day, or None when there is none (any more): unlike `epoch` this never makes one."""
        path = self._line(owner, kind) / f"{day.isoformat()}.key"
        return _read(path) if path.is_file() else None

    def forget_epochs(self, owner: UUID, kind: str, before: date) -> int:
        """Delete the keys of all days before `before`, and say how many; none of them can be made again."""
        folder = self._line(owner, kind)
        if not folder.is_dir():
            return 0
        _remember_forgetting(folder, before)
        return _wipe_all(path for day, path in _epoch_files(folder) if day < before)

    def erase_epochs(self, owner: UUID, kind: str) -> int:
        """Delete the keys of all days, today's too, and say how many; what is sealed from now on gets new ones."""
        return _wipe_all(path for _, path in _epoch_files(self._line(owner, kind)))

    def _line(self, owner: UUID, kind: str) -> Path:
        if not _KIND.fullmatch(kind) or len(kind) > 120:
            raise LuwteError(f"The kind of data {kind!r} is not named like chat.notes.")
        return self._epochs / owner.hex / kind

    def _lasting(self, name: str) -> bytes:
        given = self._credentials / f"{name}.key" if self._credentials else None
        return _read(given) if given and given.is_file() else _read_or_make(self.folder / f"{name}.key")

    def _day_files(self) -> Iterator[tuple[date, Path]]:
        for path in self._days.glob("*.key"):
            if match := _DAY_FILE.fullmatch(path.name):
                yield date.fromisoformat(match[1]), path


def _epoch_files(folder: Path) -> Iterator[tuple[date, Path]]:
    for path in folder.glob("*.key"):
        if match := _EPOCH_FILE.fullmatch(path.name):
            yield date.fromisoformat(match[1]), path


def _forgotten_before(folder: Path) -> date:
    try:
        return date.fromisoformat((folder / _FORGOTTEN).read_text("ascii"))
    except FileNotFoundError:
        return date.min


def _remember_forgetting(folder: Path, before: date) -> None:
    """Keep in mind up to which day keys are gone, before they go: nobody makes one anew in between."""
    if before > _forgotten_before(folder):
        _make_folder(folder)
        _replace(folder / _FORGOTTEN, before.isoformat().encode())


def _wipe_all(paths: Iterable[Path]) -> int:
    old = list(paths)
    for path in old:
        _wipe(path)
    return len(old)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise LuwteError(f"The key name {name!r} is not of small letters, digits and hyphens.")


def _read(path: Path) -> bytes:
    content = path.read_bytes()
    if len(content) != _LENGTH:
        raise LuwteError(
            f"The key file {path} holds {len(content)} bytes instead of {_LENGTH}: put it back from a copy."
        )
    return content


def _read_or_make(path: Path) -> bytes:
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise LuwteError(f"The key file {path} cannot be read: {error.strerror}.") from None
    try:
        return _make(path)
    except OSError as error:
        raise LuwteError(f"The key file {path} cannot be made: {error.strerror}.") from None


def _make(path: Path) -> bytes:
    """Write the whole file beside its place, then give it its name: whoever else makes it at the same moment, one wins.

    Opening the final name with O_EXCL would let another process read a file that is still empty.
    """
    _make_folder(path.parent)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    _write_new(draft, secrets.token_bytes(_LENGTH))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    _sync(path.parent)
    return _read(path)


def _make_folder(folder: Path) -> None:
    """Make the folder for its owner only; a folder that is open to others is closed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def _write_new(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    _write_new(draft, content)
    draft.replace(path)


def _wipe(path: Path) -> None:
    """Overwrite, then delete. Two processes may forget at once: the second finds nothing left to do."""
    try:
        with path.open("r+b") as file:
            file.write(bytes(_LENGTH))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Make what was made or deleted in a folder outlast a power cut: a row may depend on it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
