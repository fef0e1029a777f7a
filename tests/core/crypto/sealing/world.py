"""One organisation, its keys, its conversations, and what an adversary makes of them: the frozen vectors, made anew.

``python -m tests.core.crypto.sealing.world`` writes the file. It is frozen: a change of it is a change of the format,
and asks for a new version of that.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from core.crypto.sealing import (
    REASONS,
    CheckedShift,
    EpochKey,
    Halves,
    HelperCertificate,
    KeysDocument,
    Place,
    Revocation,
    SealingKey,
    ShiftCertificate,
    SigningKey,
    Succession,
    fingerprint,
    wrap_signing_key,
)
from core.crypto.sealing.encoding import Part, encode, to_text
from core.crypto.sealing.wrapping import Cost, _stretch
from tests.core.crypto.sealing.fixed import Chance, fixed

FILE = Path(__file__).parent.parent / "vectors" / "sealing_v1.json"
NOW = 1_800_000_000
HOUR = 3600
DAY = 24 * HOUR
YEAR = 365 * DAY
Json = dict[str, Any]


def named(number: int) -> UUID:
    """An id that is easy to recognise."""
    return UUID(int=0x4000_8000_0000_0000_0000 + (number << 96))


TENANT, ELSEWHERE, TALK, OTHER_TALK = (named(number) for number in (1, 2, 3, 4))
NOOR, SAM, GONE, LATER, LEADER, NOBODY, SHIFT = (named(number) for number in range(10, 17))
SENTENCES = ("Ik wil graag praten.", "Hoi", "", "Ik ben bang. " * 30, "é 🦉 عربي")


@dataclass
class Cast:
    """Everybody's keys."""

    root: SigningKey
    second_root: SigningKey
    ghost: SigningKey
    noor: SigningKey
    sam: SigningKey
    leader: SigningKey
    stranger: SigningKey
    shift_signing: SigningKey
    shift_sealing: SealingKey
    seeker: SealingKey

    @classmethod
    def of(cls, chance: Chance) -> "Cast":
        """The same keys each time."""
        names = [field.name for field in fields(cls)]
        signing = {name: chance.signing() for name in names[:-2]}
        return cls(**signing, shift_sealing=chance.sealing(), seeker=chance.sealing())


def build() -> Json:
    """All vectors."""
    with fixed("luwte sealing 1") as chance:
        cast = Cast.of(chance)
        documents = Documents(cast)
        return {
            "about": "Frozen vectors of sealing, version 1: Python and browser both open and both make them.",
            "codes": list(REASONS),
            "encoding": [encoding_case(*parts) for parts in ENCODINGS],
            "keys": {name: key_case(key) for name, key in vars(cast).items()},
            "signature": signature_case(cast),
            "documents": documents.texts,
            "readings": readings(documents),
            "follows": follows(documents),
            "shifts": shifts(cast),
            **talks(cast, chance),
            "wrapped": wrapped(cast, chance),
        }


ENCODINGS: tuple[tuple[Part, ...], ...] = (
    (),
    ("",),
    ("ab", "c"),
    ("a", "bc"),
    ("é 🦉",),
    (0,),
    (2**53 - 1, 4294967296),
    (TENANT, b"\x00\xff"),
)


def encoding_case(*parts: Part) -> Json:
    """Parts, and the bytes that they become."""
    return {"parts": [part_case(part) for part in parts], "bytes": encode(*parts).hex()}


def part_case(part: Part) -> Json:
    """A part that says what it is."""
    if isinstance(part, UUID):
        return {"id": str(part)}
    return {"bytes": part.hex()} if isinstance(part, bytes) else {"value": part}


def key_case(key: SigningKey | SealingKey) -> Json:
    """A key pair."""
    return {"private": key.to_pkcs8().hex(), "public": key.public.hex(), "fingerprint": fingerprint(key.public)}


def signature_case(cast: Cast) -> Json:
    """A signature."""
    return {"key": "root", "purpose": "test", "part": "wilg", "signature": cast.root.sign("test", "wilg").hex()}


# --- keys.json ------------------------------------------------------------------------------------


class Documents:
    """Lists of keys: three that follow on each other, and false ones."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        helpers = helpers_of(cast, cast.root)
        revoked = (Revocation(cast.sam.public, NOW),)
        first = KeysDocument(TENANT, 1, NOW - DAY, cast.root.public, helpers=helpers).signed(cast.root)
        second = KeysDocument(TENANT, 2, NOW, cast.root.public, first.digest, helpers=helpers, revoked=revoked)
        second = second.signed(cast.root)
        follows = Succession(cast.root.public, cast.second_root.public, NOW).signed(TENANT, cast.root)
        third = KeysDocument(TENANT, 3, NOW, cast.second_root.public, second.digest, (follows,))
        third = replace(third, helpers=helpers_of(cast, cast.second_root), revoked=revoked).signed(cast.second_root)
        self.texts = {"first": first.to_json(), "second": second.to_json(), "third": third.to_json()}
        self.texts |= {name: document.to_json() for name, document in self._false(first, second, third).items()}
        self.texts |= self._broken()

    def _false(self, first: KeysDocument, second: KeysDocument, third: KeysDocument) -> dict[str, KeysDocument]:
        cast, ghost = self.cast, self.cast.ghost
        pretended = replace(third.successions[0], signature=ghost.sign("succession", TENANT, "x"))
        return {
            "ghost": replace(second, root=ghost.public, helpers=helpers_of(cast, ghost)).signed(ghost),
            "fork": replace(second, previous=bytes(32)).signed(cast.root),
            "twin": replace(first, issued=first.issued + 1).signed(cast.root),
            "elsewhere": replace(first, tenant=ELSEWHERE).signed(cast.root),
            "ghost helper": replace(first, helpers=helpers_of(cast, ghost)).signed(cast.root),
            "no revocation": replace(second, revoked=()),
            "false succession": replace(third, successions=(pretended,)).signed(cast.second_root),
            "broken succession": replace(third, root=ghost.public).signed(ghost),
        }

    def _broken(self) -> dict[str, str]:
        form = json.loads(self.texts["first"])
        changes: dict[str, Json] = {
            "later format": {"format": 2},
            "more fields": {"more": 1},
            "negative": {"version": -1},
            "capitals": {"tenant": str(TENANT).upper() + "A"},
            "half a key": {"root": form["root"][:40]},
            "no point": {"root": "B" + "A" * 86},
            "padded": {"previous": form["previous"] + "="},
            "no list": {"helpers": {}},
            "no name": {"helpers": [{**form["helpers"][0], "name": ""}]},
            "long name": {"helpers": [{**form["helpers"][0], "name": "é" * 101}]},
            "half a sign": {"helpers": [{**form["helpers"][0], "name": "\ud83e"}]},
            "compressed key": {"root": to_text(b"\2" + self.cast.root.public[1:33])},
            "short signature": {"signature": form["signature"][:84]},
            "short digest": {"previous": form["previous"][:40]},
        }
        broken = {name: json.dumps({**form, **change}) for name, change in changes.items()}
        return {**broken, "no json": "{", "a list": "[]", "nothing": "null"}


def helpers_of(cast: Cast, root: SigningKey) -> tuple[HelperCertificate, ...]:
    """Somebody in every state that a key can be in."""
    people = (
        HelperCertificate(TENANT, NOOR, "Noor", "helper", cast.noor.public, NOW - DAY, NOW + YEAR),
        HelperCertificate(TENANT, SAM, "Sam 🦉", "helper", cast.sam.public, NOW - DAY, NOW + YEAR),
        HelperCertificate(TENANT, GONE, "Ilse", "helper", cast.noor.public, NOW - YEAR, NOW),
        HelperCertificate(TENANT, LATER, "Ömer", "helper", cast.noor.public, NOW + DAY, NOW + YEAR),
        HelperCertificate(TENANT, LEADER, "Anna", "coordinator", cast.leader.public, NOW - DAY, NOW + YEAR),
    )
    return tuple(person.signed(root) for person in people)


def readings(documents: Documents) -> list[Json]:
    """What reading each list gives: no code where it is true."""
    false = {
        "elsewhere": "other_organisation",
        "no revocation": "false_document",
        "false succession": "false_succession",
        "broken succession": "false_succession",
        "later format": "unknown_version",
    }
    malformed = dict.fromkeys(documents._broken(), "malformed")
    codes = {**malformed, **false}
    return [{"document": name, "tenant": str(TENANT), "code": codes.get(name)} for name in documents.texts]


def follows(documents: Documents) -> list[Json]:
    """From which list to which: one step each."""
    steps: list[tuple[str, str, int | None, str | None]] = [
        ("first", "first", None, None),
        ("first", "second", None, None),
        ("second", "third", None, None),
        ("third", "third", None, None),
        ("second", "first", None, "rolled_back"),
        ("third", "first", None, "rolled_back"),
        ("first", "third", None, "version_gap"),
        ("first", "fork", None, "forked"),
        ("first", "twin", None, "forked"),
        ("first", "ghost", None, "ghost_root"),
        ("first", "ghost", NOW - DAY + 1, "root_waits"),
        ("first", "ghost", NOW - DAY, None),
    ]
    return [
        {"known": known, "document": document, "now": NOW, "first_seen": seen, "code": code}
        for known, document, seen, code in steps
    ]


# --- shifts ---------------------------------------------------------------------------------------


def shift_of(cast: Cast, identity: SigningKey, **changes: Any) -> ShiftCertificate:
    """A shift's certificate, signed whatever it says."""
    keys = (cast.shift_sealing.public, cast.shift_signing.public)
    shift = replace(ShiftCertificate(TENANT, NOOR, SHIFT, *keys, NOW - HOUR, NOW + 4 * HOUR), **changes)
    return replace(shift, signature=identity.sign("shift", *shift._parts()))


def checked(tenant: UUID, sealing: bytes, signing: bytes) -> CheckedShift:
    """A shift as its chain gives it, when that holds."""
    return CheckedShift(tenant, NOOR, SHIFT, "Noor", sealing, signing, NOW + 4 * HOUR)


def shifts(cast: Cast) -> list[Json]:
    """Shifts of everybody, and false ones."""
    good, of_sam = shift_of(cast, cast.noor), shift_of(cast, cast.sam, helper=SAM)
    swapped = replace(good, sealing=cast.seeker.public)
    rows: list[tuple[str, str, ShiftCertificate, int, str | None]] = [
        ("good", "first", good, NOW, None),
        ("good after a new root", "third", good, NOW, None),
        ("of Sam, before", "first", of_sam, NOW, None),
        ("of Sam, revoked", "second", of_sam, NOW, "revoked"),
        ("over", "first", good, NOW + 4 * HOUR, "expired"),
        ("begins later", "first", good, NOW - HOUR - 301, "not_yet"),
        ("a clock that runs ahead", "first", good, NOW - HOUR - 300, None),
        ("too long", "first", shift_of(cast, cast.noor, ends=NOW + 4 * HOUR + 1), NOW, "shift_too_long"),
        ("of a helper who left", "first", shift_of(cast, cast.noor, helper=GONE), NOW, "expired"),
        ("of a helper to come", "first", shift_of(cast, cast.noor, helper=LATER), NOW, "not_yet"),
        ("of nobody", "first", shift_of(cast, cast.noor, helper=NOBODY), NOW, "unknown_helper"),
        ("of a coordinator", "first", shift_of(cast, cast.leader, helper=LEADER), NOW, "wrong_role"),
        ("by a stranger", "first", shift_of(cast, cast.stranger), NOW, "false_shift"),
        ("in another's name", "first", replace(good, helper=SAM), NOW, "false_shift"),
        ("with another's key", "first", swapped, NOW, "false_shift"),
        ("of another organisation", "first", shift_of(cast, cast.noor, tenant=ELSEWHERE), NOW, "other_organisation"),
        ("before the helper's time", "first", shift_of(cast, cast.noor, begins=NOW - DAY - 1, ends=NOW - DAY + 9),
         NOW - DAY, "expired"),
        ("of a ghost helper", "ghost helper", good, NOW, "false_certificate"),
    ]  # fmt: skip
    return [
        {"name": name, "document": document, "shift": shift.to_form(), "role": "helper", "now": now, "code": code}
        for name, document, shift, now, code in rows
    ]


# --- conversations --------------------------------------------------------------------------------


def talks(cast: Cast, chance: Chance) -> Json:
    """Epochs of conversations with their messages, and every attack on them."""
    chance.taken()
    places = {
        "seeker": Place(TENANT, TALK, 1, "seeker"),
        "helper": Place(TENANT, TALK, 1, "helper"),
        "again": Place(TENANT, TALK, 2, "seeker"),
        "other talk": Place(TENANT, OTHER_TALK, 1, "seeker"),
        "other tenant": Place(ELSEWHERE, TALK, 1, "seeker"),
    }
    epochs = {name: epoch(cast, chance, place) for name, place in places.items()}
    return {
        "epochs": epochs,
        "links": links(epochs),
        "halves": halves_cases(epochs),
        "grants": grants(epochs, cast),
        "deliveries": deliveries(epochs),
        "receipts": receipts(epochs),
    }


def epoch(cast: Cast, chance: Chance, place: Place) -> Json:
    """One epoch: its key, the grant to the other side, its halves, its messages; all draws in their order."""
    key = EpochKey.new(place)
    by_helper = place.sender == "helper"
    shift = checked(place.tenant, cast.shift_sealing.public, cast.shift_signing.public)
    granted = key.grant(cast.seeker.public, cast.shift_signing) if by_helper else key.grant(shift)
    halves, sender, receiver = key.split(), key.sender(), key.receiver()
    messages = []
    for number, sentence in enumerate(SENTENCES):
        client_id = named(100 + number)
        blob = sender.seal(sentence.encode(), client_id)
        receiver.accept(blob, client_id)
        receiver.next()
        receipt = receiver.receipt()
        assert receipt is not None
        message = {"client_id": str(client_id), "content": sentence, "blob": blob.hex(), "receipt": receipt.hex()}
        messages.append(message)
    return {
        "place": place_case(place),
        "recipient": "seeker" if by_helper else "shift_sealing",
        "granted": granted.hex(),
        "halves": {"tab": halves.tab.hex(), "server": halves.server.hex()},
        "messages": messages,
        "draws": chance.taken(),
    }


def place_case(place: Place) -> Json:
    """A place, to be read by anybody."""
    ids = {"tenant": str(place.tenant), "conversation": str(place.conversation)}
    return {**ids, "epoch": place.epoch, "sender": place.sender}


def place_of(case: Json) -> Place:
    """The place again."""
    return Place(UUID(case["tenant"]), UUID(case["conversation"]), case["epoch"], case["sender"])


def own_key(case: Json) -> EpochKey:
    """The key of an epoch from its halves."""
    halves = Halves(bytes.fromhex(case["halves"]["tab"]), bytes.fromhex(case["halves"]["server"]))
    return EpochKey.join(place_of(case["place"]), halves)


def links(epochs: Json) -> list[Json]:
    """Whether the next key is of who had the one before."""
    granted = epochs["again"]["granted"]
    proof = own_key(epochs["seeker"]).link(bytes.fromhex(granted)).hex()
    return [
        {"epoch": "seeker", "granted": granted, "proof": proof, "code": None},
        {"epoch": "seeker", "granted": epochs["other talk"]["granted"], "proof": proof, "code": "changed"},
        {"epoch": "other talk", "granted": granted, "proof": proof, "code": "changed"},
    ]


def halves_cases(epochs: Json) -> list[Json]:
    """Halves, and false ones."""
    seeker, helper, again, other, tenant = epochs.values()
    tab, server = seeker["halves"]["tab"], seeker["halves"]["server"]
    rows: list[tuple[str, str, Json, str | None]] = [
        (tab, server, seeker, None),
        (tab, again["halves"]["server"], seeker, "changed"),
        (tab, server[:-2], seeker, "changed"),
        (tab, "", seeker, "changed"),
        (flip(tab, -1), server, seeker, "changed"),
        (tab[:-2], server, seeker, "cut_off"),
        (tab, server, other, "other_conversation"),
        (tab, server, helper, "other_sender"),
        (tab, server, again, "other_epoch"),
        (tab, server, tenant, "changed"),
    ]
    return [{"tab": tab, "server": server, "place": case["place"], "code": code} for tab, server, case, code in rows]


def grants(epochs: Json, cast: Cast) -> list[Json]:
    """Grants, and false ones: where they are opened, with which key, signed by whom, and what comes of it."""
    shift, strange = "shift_signing", "ghost"
    seeker, helper, again, other, tenant = epochs.values()
    of_seeker, of_helper = seeker["granted"], helper["granted"]
    rows: list[tuple[str, Json, str, str | None, str | None]] = [
        (of_seeker, seeker, "shift_sealing", None, None),
        (of_helper, helper, "seeker", shift, None),
        (flip(of_seeker, -1), seeker, "shift_sealing", None, "changed"),
        (flip(of_seeker, 30), seeker, "shift_sealing", None, "changed"),
        (of_seeker[:-2], seeker, "shift_sealing", None, "cut_off"),
        ("", seeker, "shift_sealing", None, "cut_off"),
        ("02" + of_seeker[2:], seeker, "shift_sealing", None, "unknown_version"),
        (of_seeker, seeker, "seeker", None, "changed"),
        (of_seeker, again, "shift_sealing", None, "other_epoch"),
        (again["granted"], seeker, "shift_sealing", None, "other_epoch"),
        (of_seeker, other, "shift_sealing", None, "other_conversation"),
        (of_seeker, tenant, "shift_sealing", None, "changed"),
        (other["granted"][:44] + of_seeker[44:], other, "shift_sealing", None, "changed"),
        (of_seeker + of_helper[-128:], helper, "shift_sealing", shift, "other_sender"),
        (of_helper, helper, "seeker", strange, "false_grant"),
        (flip(of_helper, -1), helper, "seeker", shift, "false_grant"),
        (flip(of_helper, 40), helper, "seeker", shift, "false_grant"),
        (of_helper[:-128], helper, "seeker", shift, "cut_off"),
    ]
    return [
        {"granted": blob, "place": case["place"], "key": key, "signing": by, "code": code}
        for blob, case, key, by, code in rows
    ]


def flip(blob: str, place: int) -> str:
    """One bit changed."""
    changed = bytearray.fromhex(blob)
    changed[place] ^= 1
    return changed.hex()


def deliveries(epochs: Json) -> list[Json]:
    """What a server may deliver to who reads an epoch, and what comes of each piece: numbers, or a reason."""
    one, two, three, *_ = epochs["seeker"]["messages"]
    fake = {**two, "blob": two["blob"][:52] + "00" * 40 + two["blob"][132:]}
    renumbered = {**three, "blob": three["blob"][:44] + "00000002" + three["blob"][52:]}
    moved = epochs["other talk"]["messages"][0]
    renamed = {**moved, "blob": one["blob"][:44] + moved["blob"][44:]}
    of_tenant = epochs["other tenant"]["messages"][0]
    rows: list[tuple[str, list[Json], list[list[int | str]], list[int]]] = [
        ("as they were sent", [one, two, three], [[1], [2], [3]], []),
        ("reordered", [three, two, one], [[], [], [1, 2, 3]], []),
        ("replayed", [one, one, two, one], [[1], ["replayed"], [2], ["replayed"]], []),
        ("replayed while it waits", [two, two, one], [[], ["replayed"], [1, 2]], []),
        ("dropped", [one, three], [[1], []], [2]),
        ("the first dropped", [three], [[]], [1, 2]),
        ("cut off", [{**one, "blob": one["blob"][:-2]}, one], [["cut_off"], [1]], []),
        ("cut off to a header", [{**one, "blob": one["blob"][:52]}], [["cut_off"]], []),
        ("made longer", [{**one, "blob": one["blob"] + "00"}], [["cut_off"]], []),
        ("changed", [one, fake, two], [[1], ["changed"], [2]], []),
        ("another in its place, early", [fake, two, one], [[], ["number_taken"], [1, "changed"]], []),
        ("swapped ids", [{**one, "client_id": two["client_id"]}, one], [["changed"], [1]], []),
        ("renumbered", [one, renumbered, two, three], [[1], ["changed"], [2], [3]], []),
        ("of another conversation", [moved], [["other_conversation"]], []),
        ("of another conversation, renamed", [renamed, one], [["changed"], [1]], []),
        ("of another organisation", [of_tenant], [["changed"]], []),
        ("of another epoch", [epochs["again"]["messages"][0]], [["other_epoch"]], []),
        ("of the other side", [epochs["helper"]["messages"][0]], [["other_sender"]], []),
        ("of a later version", [{**one, "blob": "02" + one["blob"][2:]}], [["unknown_version"]], []),
        ("nothing", [{**one, "blob": ""}], [["cut_off"]], []),
    ]
    return [
        {
            "name": name,
            "epoch": "seeker",
            "pieces": [{"blob": piece["blob"], "client_id": piece["client_id"]} for piece in pieces],
            "outcomes": outcomes,
            "missing": missing,
        }
        for name, pieces, outcomes, missing in rows
    ]


def receipts(epochs: Json) -> list[Json]:
    """What the sender of five messages makes of what is said to be a receipt: the number, or a reason."""
    first, second, *_ = (message["receipt"] for message in epochs["seeker"]["messages"])
    helper = epochs["helper"]["messages"][1]["receipt"]
    return [
        {"receipt": second, "outcome": 2},
        {"receipt": first, "outcome": "replayed"},
        {"receipt": second, "outcome": 2},
        {"receipt": flip(second, -1), "outcome": "changed"},
        {"receipt": second[:44] + "00000003" + second[52:], "outcome": "changed"},
        {"receipt": second[:44] + "00000006" + second[52:], "outcome": "not_sent"},
        {"receipt": second[:44] + "00000000" + second[52:], "outcome": "not_sent"},
        {"receipt": helper, "outcome": "other_sender"},
        {"receipt": epochs["again"]["messages"][1]["receipt"], "outcome": "other_epoch"},
        {"receipt": epochs["other talk"]["messages"][1]["receipt"], "outcome": "other_conversation"},
        {"receipt": epochs["other tenant"]["messages"][1]["receipt"], "outcome": "changed"},
        {"receipt": second[:-2], "outcome": "cut_off"},
    ]


# --- wrapped --------------------------------------------------------------------------------------


def wrapped(cast: Cast, chance: Chance) -> Json:
    """A helper's key under a pass phrase, what the phrase becomes, and false attempts."""
    chance.taken()
    phrase = "Molen  wilg\tRivier é"
    blob = wrap_signing_key(cast.noor, phrase, TENANT, NOOR, Cost(memory=8 * 1024, passes=1))
    hexed, head = blob.hex(), blob[:27]
    attempts: list[tuple[str, str, UUID, str | None]] = [
        (hexed, phrase, NOOR, None),
        (hexed, " molen wilg rivier e\u0301 ", NOOR, None),
        (hexed, "molen wilg rivier e", NOOR, "wrong_phrase"),
        (hexed, phrase, SAM, "wrong_phrase"),
        (flip(hexed, -1), phrase, NOOR, "wrong_phrase"),
        ("02" + hexed[2:], phrase, NOOR, "unknown_version"),
        (hexed[:60], phrase, NOOR, "cut_off"),
        (hexed[:4] + "ffffffff" + hexed[12:], phrase, NOOR, "malformed"),
    ]
    return {
        "tenant": str(TENANT),
        "canonical": "molen wilg rivier é",
        "stretched": _stretch(phrase, head).hex(),
        "attempts": [
            {"blob": blob, "phrase": said, "owner": str(owner), "code": code} for blob, said, owner, code in attempts
        ],
    }


def code_of(work: Callable[..., object], *arguments: object) -> str | None:
    """The reason why something is refused, or None."""
    from core.crypto.sealing import SealingRefused

    try:
        work(*arguments)
    except SealingRefused as refusal:
        return refusal.code
    return None


if __name__ == "__main__":
    FILE.write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", "utf-8")
