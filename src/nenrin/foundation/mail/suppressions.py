"""To whom mails are not sent: looked at in the transaction that claims a mail, and again in the one that begins it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import addresses, rows
from nenrin.foundation.mail.errors import Refused
from nenrin.foundation.models import Mail, MailConsent, Suppression
from nenrin.foundation.models.mail import Kind
from nenrin.foundation.models.mail_rules import Basis, SuppressionReason
from nenrin.values import Text

#: A reader who wants no more of a kind wants none of those named with it either.
GOES_WITH: Final[Mapping[str, tuple[str, ...]]] = {
    Kind.ACCOUNT: (Kind.ACCOUNT, Kind.MARKETING),
    Kind.MARKETING: (Kind.MARKETING,),
}
#: What a reader may still be told: answers to their own doing reach them even where they want nothing else.
ALWAYS: Final = frozenset({SuppressionReason.UNSUBSCRIBED.value})


#: What a reader may take back stands below what nobody takes back lightly.
WEIGHTS: Final = (
    SuppressionReason.UNSUBSCRIBED.value, SuppressionReason.MANUAL.value, SuppressionReason.DOMAIN.value,
    SuppressionReason.HARD_BOUNCE.value, SuppressionReason.COMPLAINT.value,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One address (or "@domain") to be suppressed; `kind` empty means every kind."""

    address: str
    reason: str = SuppressionReason.MANUAL
    kind: str = ""
    note: str = ""


def reasons(mails: Iterable[Mail], *, needs_consent: bool = True) -> dict[int, str]:
    """Why each of these mails must not go out, by its id; those that may are not there. At most two queries."""
    asked = list(mails)
    if not asked:
        return {}
    keys = {mail.pk: (mail.address_key, addresses.key(addresses.domain(mail.to_address))) for mail in asked}
    wanted = {key for pair in keys.values() for key in pair}
    held: dict[str, list[tuple[str, str]]] = {}
    for key, kind, reason in Suppression.objects.filter(address_key__in=wanted).values_list(
        "address_key", "kind", "reason"
    ):
        held.setdefault(key, []).append((kind, reason))
    found = {}
    for mail in asked:
        said = [one for key in keys[mail.pk] for one in held.get(key, ())]
        if reason := _first(said, mail.kind):
            found[mail.pk] = reason
    return found | (_without_consent([m for m in asked if m.pk not in found]) if needs_consent else {})


def refused(emails: Iterable[str], kind: Kind, *, needs_consent: bool = True) -> dict[str, str]:
    """Of these addresses, those to which no mail of this kind would go out now, and why. At most two queries."""
    asked = list(dict.fromkeys(emails))
    mails = [
        Mail(pk=place, kind=kind.value, to_address=addresses.normal(email), address_key=addresses.key(email))
        for place, email in enumerate(asked)
    ]
    return {asked[place]: reason for place, reason in reasons(mails, needs_consent=needs_consent).items()}


def is_refused(mail: Mail) -> bool:
    """Is there any suppression of this mail's address or domain? One statement, for the moment before the hand-over."""
    return bool(rows.refusals((mail.address_key, addresses.key(addresses.domain(mail.to_address)))))


def _first(said: Sequence[tuple[str, str]], kind: str) -> str:
    for of_kind, reason in said:
        if of_kind == kind or (not of_kind and not (kind == Kind.TRANSACTIONAL and reason in ALWAYS)):
            return reason
    return ""


def _without_consent(mails: Sequence[Mail]) -> dict[int, str]:
    asked = [mail for mail in mails if mail.kind == Kind.MARKETING]
    if not asked:
        return {}
    given = set(
        MailConsent.objects.filter(address_key__in={m.address_key for m in asked}).values_list("address_key", flat=True)
    )
    return {mail.pk: "no_consent" for mail in asked if mail.address_key not in given}


def add_many(told: Sequence[Told], *, by: Actor, at: datetime) -> int:
    """Suppress addresses; those that are stay as they are. Returns how many are new. Raises Refused.

    Journal: foundation.suppression.added, one each.
    """
    faults = {str(place): fault for place, row in enumerate(told) if (fault := _fault(row)) is not None}
    if faults:
        raise Refused(faults)
    with transaction.atomic():
        return sum(_add(row, by, at) for row in told)


def add(address: str, *, by: Actor, at: datetime, reason: str = "manual", kind: str = "", note: str = "") -> bool:
    """Suppress one address; False where it is already. Raises Refused. Journal: foundation.suppression.added."""
    return bool(add_many([Told(address=address, reason=reason, kind=kind, note=note)], by=by, at=at))


def add_key(
    address_key: str, address: str, reason: str, *, kind: str = "", by: Actor, at: datetime, note: str = ""
) -> bool:
    """The same for an address of which the hash alone is known. A graver reason takes the place of a lighter one.

    True where it is new, or graver now.
    """
    fresh = {"address": address, "reason": reason, "note": note[:300], "by_name": by.name, "created_at": at}
    with transaction.atomic():
        row, is_new = Suppression.objects.get_or_create(address_key=address_key, kind=kind, defaults=fresh)
        is_graver = not is_new and _weight(reason) > _weight(row.reason)
        if is_graver:
            Suppression.objects.filter(pk=row.pk).update(reason=reason, note=note[:300], by_name=by.name)
        if is_new or is_graver:
            told = {"reason": reason, "kind": kind, "address_key": address_key}
            personal = {"address": address} if address else {}
            journal.record(
                "foundation.suppression.added", actor=by, at=at, subject=("suppression", row.pk), particulars=told,
                personal=personal,
            )  # fmt: skip
    return is_new or is_graver


def _weight(reason: str) -> int:
    return WEIGHTS.index(reason) if reason in WEIGHTS else 0


def _add(row: Told, by: Actor, at: datetime) -> bool:
    address = addresses.normal(row.address)
    reason = SuppressionReason.DOMAIN if address.startswith("@") else row.reason
    return add_key(addresses.key(address), address, reason, kind=row.kind, by=by, at=at, note=row.note)


def _fault(row: Told) -> Text | None:
    address = addresses.normal(row.address)
    if not addresses.is_valid(f"x{address}" if address.startswith("@") else address):
        return Text(f"“{row.address[:80]}” is no mail address", f"「{row.address[:80]}」はメールアドレスではありません")
    if row.reason not in set(SuppressionReason) or row.kind not in {"", *Kind}:
        return Text("a reason and kind that are known", "既知の理由と種類")
    return None


def lift(row: Suppression, *, note: str, by: Actor, at: datetime) -> None:
    """Let mails go to this address again, and say why. Safe to repeat. Raises Refused without a note.

    Who reported us as spam or asked us to stop is asked first: that is what the note is for.
    Journal: foundation.suppression.removed.
    """
    if not note.strip():
        raise Refused({"note": Text("why mails may go there again", "解除の理由")})
    with transaction.atomic():
        if Suppression.objects.filter(pk=row.pk).delete()[0]:
            told = {"reason": row.reason, "kind": row.kind, "note": note.strip()[:300], "address_key": row.address_key}
            personal = {"address": row.address} if row.address else {}
            journal.record(
                "foundation.suppression.removed", actor=by, at=at, subject=("suppression", row.pk), particulars=told,
                personal=personal,
            )  # fmt: skip


def consent(
    address: str,
    basis: str,
    *,
    by: Actor,
    at: datetime,
    given_at: datetime | None = None,
    words: str = "",
    place: str = "",
) -> MailConsent:
    """Record that marketing may be sent. Never changed later. Raises Refused. Journal: foundation.consent.recorded."""
    if basis not in set(Basis) or not addresses.is_valid(addresses.normal(address)):
        raise Refused({"address": Text("a mail address and a ground that is known", "メールアドレスと既知の根拠")})
    email = addresses.normal(address)
    with transaction.atomic():
        row = MailConsent.objects.create(
            address_key=addresses.key(email), address=email, basis=basis, words=words[:300], place=place[:300],
            by_name=by.name, given_at=given_at or at, recorded_at=at,
        )  # fmt: skip
        told = {"basis": basis, "words": words[:300], "place": place[:300]}
        subject, personal = ("consent", row.pk), {"address": email}
        journal.record(
            "foundation.consent.recorded", actor=by, at=at, subject=subject, particulars=told, personal=personal
        )
    return row
