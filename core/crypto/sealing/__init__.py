"""Sealing of conversations: the twin of the browser's modules in `core/web/static/core/sealing/`, same names.

The server needs little of it: keys of demo organisations, fingerprints, and a proof that browser and Python agree on
every byte. Formats and reasons stand in `docs/decisions/sealing-conversations.md`.
"""

from core.crypto.sealing.certificates import CheckedShift, HelperCertificate, ShiftCertificate
from core.crypto.sealing.epoch import EpochKey, Halves
from core.crypto.sealing.keys import SealingKey, SigningKey, fingerprint
from core.crypto.sealing.keys_document import KeysDocument, Revocation, Succession
from core.crypto.sealing.messages import Opened, Receiver, Sender
from core.crypto.sealing.place import Place
from core.crypto.sealing.refusals import REASONS, SealingRefused
from core.crypto.sealing.trust import Trust
from core.crypto.sealing.wrapping import unwrap_signing_key, wrap_signing_key

__all__ = [
    "REASONS",
    "CheckedShift",
    "EpochKey",
    "Halves",
    "HelperCertificate",
    "KeysDocument",
    "Opened",
    "Place",
    "Receiver",
    "Revocation",
    "SealingKey",
    "SealingRefused",
    "Sender",
    "ShiftCertificate",
    "SigningKey",
    "Succession",
    "Trust",
    "fingerprint",
    "unwrap_signing_key",
    "wrap_signing_key",
]
