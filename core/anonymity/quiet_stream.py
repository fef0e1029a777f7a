"""The place where careless code writes about a request."""

import io

import structlog

_log = structlog.get_logger("luwte.anonymity")


class QuietStream(io.TextIOBase):
    """A text stream (`wsgi.errors`) that says that something was written, and forgets what."""

    def writable(self) -> bool:
        """It can always be written to."""
        return True

    def write(self, text: str) -> int:
        """Takes the text; returns how many characters it was."""
        if text.strip():
            _log.warning("anonymity.text_dropped", count=len(text))
        return len(text)
