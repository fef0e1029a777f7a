"""Logs that cannot tell on anybody, for the commands and servers that start here."""

from core.anonymity.logs import set_up_logging

__all__ = ["set_up_logging"]
