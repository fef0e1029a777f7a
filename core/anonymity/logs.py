"""Logs that cannot tell on anybody: a list of fields, words that stand in the source, errors as type and code lines.

Whatever is logged anywhere in the process ends here, on stderr, one line each: our own news through structlog, that of
libraries through Python's logging, warnings, and errors that nobody caught. None of it shows a value that came from
a request, because only two kinds of text pass: words that stand literally in the program's own source, and the fields
of `FIELDS`, each of its own narrow shape.
"""

import linecache
import logging
import re
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, MutableMapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, TextIO

import structlog

from core.anonymity.log_flood import SENTENCE, LogFlood
from core.errors import LuwteError

Fields = MutableMapping[str, Any]

_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,79}")
_CODE = re.compile(r"[A-Z2-9]{6}|[a-z_]{3,30}")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _name(value: object) -> bool:
    # It begins with a letter and has no colon, so neither kind of address is a name.
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def _code(value: object) -> bool:
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def _number(value: object) -> bool:
    return isinstance(value, int | float)


def _identity(value: object) -> bool:
    return _ID.fullmatch(str(value)) is not None


FIELDS: dict[str, Callable[[object], bool]] = {
    "route": _name,
    "plugin": _name,
    "hook": _name,
    "event_name": _name,
    "tenant": _name,
    "tenant_id": _identity,
    "job": _name,
    "code": _code,
    "part": _name,
    "method": lambda value: value in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"},
    "status": _number,
    "count": _number,
    "seconds": _number,
    "port": _number,
    "revision": _number,
    "attempt": _number,
}
"""The fields that a line of the log may have, and the shape that each must have. Others are left out, and counted."""

_ROOT = Path(__file__).resolve().parents[2]
_MAX_LINES = 12
_SHORTEST_WORDS = 8
_QUIET = ("waitress", "uvicorn", "websockets", "asyncio", "engineio", "socketio", "sqlalchemy", "urllib3", "hupper")

_flood = LogFlood()


def set_up_logging(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Sends every log, warning and uncaught error of the process to `stream` (stderr), in the safe form only."""
    _flood.begin_anew()
    out = stream or sys.stderr
    structlog.configure(
        processors=[structlog.stdlib.add_log_level, _only_safe, _line],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    _take_over_library_logs(out, level)
    warnings.showwarning = _log_warning
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def describe_error(error: BaseException) -> str:
    """An error as its type, and the code lines that it passed: never its message, which may hold anything.

    `ValueError at core/web/gate.py:41 core/web/request.py:80, from KeyError at …`
    """
    parts = []
    for cause in _chain(error):
        frames = traceback.extract_tb(cause.__traceback__)[-_MAX_LINES:]
        lines = " ".join(f"{_place(frame.filename)}:{frame.lineno}" for frame in frames)
        parts.append(f"{type(cause).__name__} at {lines or 'no line'}")
    return ", from ".join(parts)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _place(filename: str) -> str:
    path = Path(filename)
    if path.is_relative_to(_ROOT) and "site-packages" not in path.parts:
        return path.relative_to(_ROOT).as_posix()
    return "/".join(path.parts[-2:])


@lru_cache(maxsize=512)
def _source(filename: str) -> str:
    return "".join(linecache.getlines(filename))


def words_of(text: object, filename: str) -> str | None:
    """`text` if it stands literally in that source file, so that it cannot hold a value; otherwise None."""
    if not isinstance(text, str):
        return None
    words = text.strip()
    if len(words) < _SHORTEST_WORDS or "\n" in words:
        return None
    return words if words in _source(filename) else None


# ------------------------------------------------------------------------------------------------ our own news
def _only_safe(_logger: Any, method: str, event: Fields) -> Fields:
    caller = _caller()
    where = f"{_place(caller.f_code.co_filename)}:{caller.f_lineno}"
    say = _flood.ask(caller.f_code.co_filename)
    if say == "nothing":
        raise structlog.DropEvent
    if say != "it":
        return {"level": "warning", "event": SENTENCE, "where": where}
    said = words_of(event.pop("event", None), caller.f_code.co_filename) or "something happened"
    safe: Fields = {"level": event.pop("level", method), "event": said}
    error = _error_of(event.pop("exc_info", None))
    event = {key: value for key, value in event.items() if value is not None}
    kept = {key: value for key, value in event.items() if key in FIELDS and FIELDS[key](value)}
    safe.update(kept)
    if len(kept) < len(event):
        safe["left_out"] = len(event) - len(kept)
    safe["where"] = where
    if error is not None:
        safe["error"] = describe_error(error)
    return safe


def _caller() -> FrameType:
    frame = sys._getframe(2)  # noqa: SLF001 - how Python's own logging finds its caller
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("structlog"):
        frame = frame.f_back
    return frame


def _error_of(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exc_info()[1] if exc_info else None


def _line(_logger: Any, _method: str, fields: Fields) -> str:
    level, event = fields.pop("level"), fields.pop("event")
    rest = "".join(f" {key}={_quoted(value)}" for key, value in fields.items())
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {level:<8} {event}{rest}"


def _quoted(value: object) -> str:
    text = str(value)
    return f'"{text}"' if " " in text else text


# ------------------------------------------------------------------------------------------------ libraries
def _not_too_much(record: logging.LogRecord) -> bool:
    say = _flood.ask(record.pathname)
    if say == "that it is too much":
        _write_plainly("warning", SENTENCE, f"{_place(record.pathname)}:{record.lineno}")
    return say == "it"


class SafeFormatter(logging.Formatter):
    """Writes a library's record by its template, never with the values put into it."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        said = words_of(record.msg, record.pathname) or "something happened"
        fields: Fields = {"level": record.levelname.lower(), "event": said, "by": record.name.split(".")[0]}
        fields["where"] = f"{_place(record.pathname)}:{record.lineno}"
        error = _error_of(record.exc_info)
        if error is not None:
            fields["error"] = describe_error(error)
        return _line(None, "", fields)


def _take_over_library_logs(out: TextIO, level: int) -> None:
    logging.raiseExceptions = False  # else a faulty record is printed with all its values
    handler = logging.StreamHandler(out)
    handler.setFormatter(SafeFormatter())
    handler.addFilter(_not_too_much)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))  # what libraries say in good times helps nobody here
    for name in {*logging.root.manager.loggerDict, *_QUIET}:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for name in _QUIET:
        # At lower levels these write request lines, headers, frames and statements.
        logging.getLogger(name).setLevel(logging.WARNING)


# ------------------------------------------------------------------------------------------------ the interpreter
def _log_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    said = words_of(str(message), filename) or "a warning"
    _write_plainly("warning", f"{category.__name__}: {said}", f"{_place(filename)}:{lineno}")


def _log_uncaught(
    kind: type[BaseException], error: BaseException | None = None, trace: TracebackType | None = None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    if isinstance(error, LuwteError):
        # What an operator can mend says so itself, and holds no value that came from a request.
        _write_line(f"luwte: {error}")
        return
    described = describe_error(error.with_traceback(trace)) if error is not None else kind.__name__
    _write_plainly("critical", "nobody caught this", described)


def _write_plainly(level: str, event: str, where: str) -> None:
    _write_line(_line(None, "", {"level": level, "event": event, "where": where}))


def _write_line(line: str) -> None:
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.stream.write(f"{line}\n")
            handler.flush()
