"""Why something sealed or signed was not accepted: one code a reason, so that screens can say it in simple words."""

from core.errors import LuwteError

REASONS = {
    "malformed": "It is not in the form that was agreed.",
    "unknown_version": "It is of a version that is not known here.",
    # Keys and who they belong to.
    "other_organisation": "It belongs to another organisation.",
    "false_document": "The list of keys is not signed by the organisation's key.",
    "false_succession": "A new key of the organisation is not signed by the one before it.",
    "false_certificate": "The helper's key is not signed by the organisation's key.",
    "false_shift": "The shift's keys are not signed by the helper's key.",
    "rolled_back": "The list of keys is older than one that was seen before.",
    "version_gap": "Between this list of keys and the last one seen there are others.",
    "forked": "The list of keys does not follow on the one that was seen before.",
    "ghost_root": "The organisation's key is another one, and the one before it did not sign that.",
    "root_waits": "The organisation's key is another one; it counts after 24 hours only.",
    "false_grant": "The key of this conversation is not signed by the helper whose turn it is.",
    "unknown_helper": "Nobody with this id is on the list of keys.",
    "revoked": "The helper's key was revoked.",
    "wrong_role": "The helper's key is for another role.",
    "not_yet": "The key does not count yet.",
    "expired": "The key does not count any more.",
    "shift_too_long": "A shift's keys may count for 5 hours at most.",
    # Messages and what opens them.
    "cut_off": "Something of it is missing, or something was added.",
    "other_conversation": "It belongs to another conversation.",
    "other_epoch": "It was sealed under another key of this conversation.",
    "other_sender": "It was sent by the other side.",
    "replayed": "It was there before.",
    "number_taken": "Another message already stands in its place.",
    "too_many_wait": "Too many messages wait for one that is missing.",
    "changed": "It was changed, or swapped for something else.",
    "not_sent": "It confirms a message that was never sent.",
    # Use.
    "too_long": "It is too long to be sealed in one piece.",
    "reads_only": "This key was not made here and now: with it one may read, and not send.",
    "used_before": "This was asked for before, and may be asked for once.",
    "wrong_phrase": "The pass phrase is not the right one, or what it opens was changed.",
    "not_possible": "This browser cannot seal.",
}
"""Every code, with a sentence for those who look after an installation."""


class SealingRefused(LuwteError):
    """Something sealed or signed that must not be used. `code` says why, in one word of `REASONS`."""

    def __init__(self, code: str) -> None:
        """`code` is one of `REASONS`."""
        super().__init__(REASONS[code])
        self.code = code
