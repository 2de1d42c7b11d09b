"""Who is to be at a meeting."""

from __future__ import annotations

from collections.abc import Iterable

from nenrin.customers.models import Contact
from nenrin.foundation.models import Member
from nenrin.work.models import Attendee, Meeting

Key = tuple[int | None, int | None, str]


def put(
    meeting: Meeting,
    *,
    contacts: Iterable[Contact],
    members: Iterable[Member],
    addresses: Iterable[tuple[str, str]] | None,
) -> bool:
    """These and nobody else; without `addresses` people we do not know stay. False where it is so already."""
    wanted: dict[Key, Attendee] = {(each.pk, None, ""): Attendee(meeting=meeting, contact=each) for each in contacts}
    wanted |= {(None, each.pk, ""): Attendee(meeting=meeting, member=each) for each in members}
    stands: dict[Key, Attendee] = {_key(each): each for each in Attendee.objects.filter(meeting=meeting)}
    for address, name in addresses or ():
        mailbox = address.strip().lower()[:254]
        if mailbox:
            wanted[None, None, mailbox] = Attendee(meeting=meeting, address=mailbox, name=name.strip()[:120])
    if addresses is None:
        wanted |= {key: each for key, each in stands.items() if key[2]}
    gone, new = stands.keys() - wanted.keys(), wanted.keys() - stands.keys()
    Attendee.objects.filter(pk__in=[stands[key].pk for key in gone]).delete()
    Attendee.objects.bulk_create([wanted[key] for key in sorted(new, key=str)])
    return bool(gone or new)


def _key(each: Attendee) -> Key:
    return each.contact_id, each.member_id, each.address
