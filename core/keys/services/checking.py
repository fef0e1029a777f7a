"""Looking over all lists of an organisation, from the first to the newest, as somebody who had followed each."""

from uuid import UUID

from core.crypto.sealing import KeysDocument, SealingRefused, Trust
from core.crypto.sealing.trust import WAIT
from core.keys.lists import PublicLists


def checked_history(lists: PublicLists, tenant: UUID) -> list[KeysDocument]:
    """Every list, the oldest first. A key that nobody vouched for has had its wait. Raises SealingRefused."""
    documents: list[KeysDocument] = []
    trust: Trust | None = None
    for text in lists.history(tenant):
        document = KeysDocument.read(text, tenant)
        trust = trust.follow(document, WAIT, 0) if trust else _first(document)
        documents.append(document)
    return documents


def _first(document: KeysDocument) -> Trust:
    if document.version != 1:
        raise SealingRefused("version_gap")
    return Trust.first(document)
