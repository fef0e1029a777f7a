"""Why something with keys was not done. Pages say it in a sentence of their own for each code."""

from core.errors import LuwteError

REASONS = {
    "no_list": "The organisation has no key yet.",
    "list_taken": "Somebody else published a list of keys a moment ago.",
    "demo_root": "This is the key of a demo organisation, and this is production.",
    "no_such_helper": "A key in the list is not of somebody who helps here, or not the one that they made.",
    "revocation_lost": "A key that was withdrawn is not withdrawn any more in this list.",
    "not_one_copy": "No pass phrase would open the new key.",
    "wrong_root": "This is not the key that the organisation has now.",
    "no_such_coordinator": "Nobody here with this id coordinates.",
    "has_identity": "There is a key of this helper already.",
    "shift_open": "A shift of this helper is still open elsewhere.",
    "not_yours": "The certificate is somebody else's.",
    "shift_used": "This shift was registered before.",
    "nothing_waits": "No new key waits.",
}
"""Every code, with a sentence for those who look after an installation."""


class KeysRefused(LuwteError):
    """Something with keys that is not done. `code` says why, in one word of `REASONS`."""

    def __init__(self, code: str) -> None:
        """`code` is one of `REASONS`."""
        super().__init__(REASONS[code])
        self.code = code
