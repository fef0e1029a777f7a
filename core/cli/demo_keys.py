"""Keys for the demo organisations, made at set-up, so that a helper can begin at once; their words are in a file."""

from collections.abc import Iterable
from pathlib import Path

from core.cli.demo_words import Words, read_words, write_words
from core.identity.passphrase import make_passphrase
from core.identity.roles import COORDINATOR, HELPER
from core.identity.services.staff import all_staff
from core.installation import Installation
from core.keys.lists import PublicLists
from core.keys.services.demo import make_demo_keys
from core.tenancy.session import tenant_session
from core.tenancy.tenant import Tenant


def make_key_words(installation: Installation, tenants: Iterable[Tenant]) -> None:
    """Make the keys of each of these organisations that has none yet, under new words.

    One whose coordinators made a key of their own keeps it. Who lost the file with the words makes a new installation,
    or new keys as everybody does: on screen.
    """
    lists, words = PublicLists.of(installation.configuration), read_key_words(installation)
    now = installation.clock()
    new = [tenant for tenant in tenants if lists.newest(tenant.id, int(now.timestamp())) is None]
    for tenant in new:
        with tenant_session(installation.engine, tenant.id) as session, session.begin():
            people = [row for row in all_staff(session) if row.roles & {HELPER, COORDINATOR}]
            words[tenant.slug] = {row.name: make_passphrase() for row in people}
            write_words(_path(installation), _HEAD, words)
            document = make_demo_keys(session, {row: words[tenant.slug][row.name] for row in people}, now)
        # Only now: what was not committed is made anew at the next start, as long as there is no list.
        lists.mark_demo(tenant.id, document.root)
        lists.publish(document)


def read_key_words(installation: Installation) -> Words:
    """The words of the demo organisations' keys. Raises LuwteError for a broken file."""
    return read_words(_path(installation), "demo keys, once public-keys is deleted too")


def _path(installation: Installation) -> Path:
    return installation.configuration.home / "demo-key-words.toml"


_HEAD = "Words that open the keys of this installation's demo organisations. They work here only."
