"""The errors that people get to read."""


class LuwteError(Exception):
    """A failure that a person can mend.

    ``str(error)`` is one clear sentence for that person: what is wrong, and what to do. The command line prints it
    without a traceback.
    """


class TooMuch(LuwteError):
    """One piece of work did so much that others would wait for it: it is ended there, and its plugin reported."""
