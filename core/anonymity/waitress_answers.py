"""What waitress answers by itself, before any application is asked: malformed and oversized requests, crashes."""

from typing import Any, cast

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, Task, WSGITask

from core.anonymity.headers import answer_of_the_server_itself


class _Nameless(Task):
    """Says no name of the server."""

    def build_response_header(self) -> bytes:
        """The header lines, without the one that names the server."""
        lines = super().build_response_header().split(b"\r\n")
        return b"\r\n".join(line for line in lines if not line.lower().startswith(b"server:"))


class StrictTask(_Nameless, WSGITask):
    """waitress' way to ask an application."""


class StrictErrorTask(_Nameless, ErrorTask):
    """waitress' own error answer, with our headers, and without what was wrong with which line."""

    def execute(self) -> None:
        """Answers with the status alone."""
        error = cast(Any, self.request).error
        body = error.reason.encode("ascii", "replace")
        self.status = f"{error.code} {error.reason}"
        self.response_headers = [("Content-Type", "text/plain; charset=utf-8"), *answer_of_the_server_itself()]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


def make_waitress_strict() -> None:
    """Lets every waitress in this process answer that way, whoever starts it (ours, or `egg:waitress#main`)."""
    HTTPChannel.task_class = StrictTask
    HTTPChannel.error_task_class = StrictErrorTask
