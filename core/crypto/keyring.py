"""The key ring: the random secrets of one installation, each in a small file outside the database.

Long-lived secrets (`secret`) are made once and stay. Secrets of a day (`day_secret`) name things that may be told apart
within that day only; forgetting the day makes every name given under it meaningless, in backups too.
"""

import os
import re
import secrets
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Lock

from core.errors import LuwteError

_LENGTH = 32
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_DAY_FILE = re.compile(r"(\d{4}-\d{2}-\d{2})\.[a-z0-9-]+\.key")


class KeyRing:
    """Secrets of 32 random bytes under `folder` (mode 0700; each file 0600), shared by all its processes.

    `credentials` may name a folder that systemd or Docker fills (`$CREDENTIALS_DIRECTORY`, `/run/secrets`): a lasting
    secret found there as `<name>.key` is used and none is made.
    """

    def __init__(self, folder: Path, credentials: Path | None = None) -> None:
        self.folder = folder
        self._days = folder / "days"
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

    def day_secret(self, purpose: str, day: date) -> bytes:
        """The secret of one purpose on one day; it is read anew at each call, so that a forgotten day is gone at once.

        Raises LuwteError for a day that was forgotten.
        """
        _check_name(purpose)
        if day < self._forgotten_before():
            raise LuwteError(
                f"The keys of {day.isoformat()} were forgotten; what was named under them cannot be named again."
            )
        return _read_or_make(self._days / f"{day.isoformat()}.{purpose}.key")

    def forget_days(self, before: date) -> int:
        """Delete the secrets of all days before `before`, and say how many; none of them can be made again."""
        if before > self._forgotten_before():
            _make_folder(self._days)
            _replace(self._days / "forgotten-before", before.isoformat().encode())
        old = [path for day, path in self._day_files() if day < before]
        for path in old:
            _wipe(path)
        return len(old)

    def _lasting(self, name: str) -> bytes:
        given = self._credentials / f"{name}.key" if self._credentials else None
        return _read(given) if given and given.is_file() else _read_or_make(self.folder / f"{name}.key")

    def _forgotten_before(self) -> date:
        try:
            return date.fromisoformat((self._days / "forgotten-before").read_text("ascii"))
        except FileNotFoundError:
            return date.min

    def _day_files(self) -> Iterator[tuple[date, Path]]:
        for path in self._days.glob("*.key"):
            if match := _DAY_FILE.fullmatch(path.name):
                yield date.fromisoformat(match[1]), path


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
