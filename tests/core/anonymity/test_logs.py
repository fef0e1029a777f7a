"""A log line shows words of the source and known fields; never a value."""

import io
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from core.anonymity.log_flood import MINUTE, MOST, SENTENCE, LogFlood
from core.anonymity.logs import describe_error, set_up_logging, words_of

CANARY = "203.0.113.77"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The stream that all logs go to; afterwards all is as it was."""
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning)
    root, raising = logging.getLogger(), logging.raiseExceptions
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    set_up_logging(stream)
    yield stream
    sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning = hooks
    root.handlers[:], logging.raiseExceptions = handlers, raising
    root.setLevel(level)
    structlog.reset_defaults()


def test_known_fields_of_the_right_shape_are_written(log: io.StringIO) -> None:
    structlog.get_logger("luwte.web").info("page answered", route="chat.page", status=200, tenant="luisterboom")
    line = log.getvalue()
    assert "page answered route=chat.page status=200 tenant=luisterboom" in line
    assert "tests/core/anonymity/test_logs.py:" in line


def test_unknown_fields_and_odd_values_are_left_out_and_counted(log: io.StringIO) -> None:
    log_it = structlog.get_logger("luwte.web")
    log_it.info("page answered", address=CANARY, route=CANARY, status=CANARY, tenant=f"a {CANARY}", tenant_id=CANARY)
    assert CANARY not in log.getvalue()
    assert "left_out=5" in log.getvalue()


def test_words_made_at_run_time_are_not_written(log: io.StringIO) -> None:
    structlog.get_logger("luwte.web").warning(f"a message from {CANARY}")
    assert CANARY not in log.getvalue()
    assert "something happened" in log.getvalue()


@pytest.mark.promise_p14
@pytest.mark.parametrize("logger", [structlog.get_logger("luwte.web"), logging.getLogger("careless")])
def test_a_flood_is_cut_off_with_a_sentence(
    log: io.StringIO, logger: Any, promise_report: Callable[[str], None]
) -> None:
    for _ in range(3 * MOST):
        logger.warning("one line of very many")
    lines = log.getvalue().splitlines()
    assert sum("one line of very many" in line for line in lines) == MOST
    assert len(lines) == MOST + 1
    assert SENTENCE in lines[-1]
    assert "tests/core/anonymity/test_logs.py:" in lines[-1]
    promise_report(f"a log that is written full: cut off after {MOST} lines a minute, with a sentence")


def test_each_file_has_a_minute_of_its_own() -> None:
    now = [0.0]
    flood = LogFlood(lambda: now[0])
    said = [flood.ask("a.py") for _ in range(MOST + 2)]
    assert said == ["it"] * MOST + ["that it is too much", "nothing"]
    assert flood.ask("b.py") == "it"
    now[0] = MINUTE
    assert flood.ask("a.py") == "it"


def test_an_error_is_its_type_and_its_lines(log: io.StringIO) -> None:
    try:
        try:
            raise KeyError(CANARY)
        except KeyError as error:
            raise ValueError(f"no {CANARY}") from error
    except ValueError:
        structlog.get_logger("luwte.web").exception("page failed")
    line = log.getvalue()
    assert CANARY not in line
    assert "ValueError at tests/core/anonymity/test_logs.py:" in line
    assert ", from KeyError at tests/core/anonymity/test_logs.py:" in line
    assert line.count("\n") == 1


def test_a_librarys_values_stay_out_and_its_template_is_written(log: io.StringIO) -> None:
    logging.getLogger("waitress").error("Client %s sent a malformed line", CANARY)
    logging.getLogger("waitress").error(f"request of {CANARY}")  # noqa: G004 - as libraries do
    logging.getLogger("sqlalchemy.engine").info("SELECT %s", CANARY)
    line = log.getvalue()
    assert CANARY not in line
    assert "Client %s sent a malformed line by=waitress" in line
    assert line.count("\n") == 2, "a library's chatter is not written at all"


def test_a_record_with_a_wrong_template_is_not_printed_with_its_values(
    log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("waitress").error("%d of them and %d more", CANARY)  # noqa: PLE1206 - as libraries do
    assert CANARY not in log.getvalue() + capsys.readouterr().err


def test_exceptions_of_libraries_lose_their_words(log: io.StringIO) -> None:
    try:
        raise OSError(f"connect to {CANARY}")
    except OSError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    assert CANARY not in log.getvalue()
    assert "OSError at" in log.getvalue()


def test_loggers_that_brought_their_own_handler_lose_it(log: io.StringIO) -> None:
    own = io.StringIO()
    logging.getLogger("engineio.server").addHandler(logging.StreamHandler(own))
    set_up_logging(log)
    logging.getLogger("engineio.server").error("data %s arrived here", CANARY)
    assert CANARY not in own.getvalue() + log.getvalue()


@pytest.mark.filterwarnings("default")
def test_warnings_and_uncaught_errors_lose_their_words(log: io.StringIO) -> None:
    warnings.showwarning(f"odd address {CANARY}", UserWarning, __file__, 3)
    try:
        raise RuntimeError(CANARY)
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, error.__traceback__)
        threading.excepthook(threading.ExceptHookArgs((RuntimeError, error, error.__traceback__, None)))
    lines = log.getvalue().splitlines()
    assert CANARY not in log.getvalue()
    assert "UserWarning: a warning" in lines[0]
    assert all("nobody caught this" in line and "RuntimeError at" in line for line in lines[1:])
    assert len(lines) == 3


def test_an_error_that_causes_itself_is_described_once() -> None:
    error = ValueError("x")
    error.__cause__ = error
    assert describe_error(error) == "ValueError at no line"


@pytest.mark.parametrize("text", [None, 3, "x", "short", "two\nlines of words", "nowhere in " + "the source"])
def test_only_longer_literal_words_pass(text: object) -> None:
    assert words_of(text, __file__) is None
