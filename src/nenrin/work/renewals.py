"""Renewals: what people expect of the end of each term, said again as it changes; every call is kept."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from nenrin.customers.errors import Fault, Refused
from nenrin.customers.models import Account, Subscription
from nenrin.customers.statuses import OPEN
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import checking
from nenrin.work.models import RenewalCall
from nenrin.work.models.renewal import CALLS, Call

MOST_WORDS = 2_000
#: Shorter terms are not renewed but go on: they have no conversation of their own.
SHORTEST_TERM = 6
LARGEST = 10**13
Told = dict[str, object]
PIPELINE = Q(status__in=OPEN, term_months__gte=SHORTEST_TERM, archived_at__isnull=True)
PIPELINE &= Q(account__archived_at__isnull=True) & ~Q(account__status="internal-test")


def decision_of(row: Subscription) -> date:
    """The deadline of the notice where the term renews by itself, else its end."""
    return row.notice_deadline if row.auto_renews and row.notice_deadline else row.ends_on


def latest(account: Account, term_end: date) -> RenewalCall | None:
    return RenewalCall.objects.filter(account=account, term_end=term_end).order_by("-number").first()


def say(
    subscription: Subscription, call: str, *, by: Actor, at: datetime, author: Member | None = None,
    probability: float | None = None, expansion_minor: int | None = None, reason: str = "", next_step: str = "",
    seen: int | None = None,
) -> RenewalCall:  # fmt: skip
    """What `author` expects of this term's end; holds for every term of the account that ends that day.

    `seen`: number of the call that the author had before the eyes (0: none). Said again unchanged: the call that stands.
    Raises Refused, Conflict. Journal: work.renewal.called.
    """
    given: Told = {"call": call, "own_probability": probability, "expansion_minor": expansion_minor,
             "reason": reason.strip(), "next_step": next_step.strip()}  # fmt: skip
    _check(subscription, given)
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=subscription.account_id)
        stands = latest(account, subscription.ends_on)
        theirs: Told = {name: getattr(stands, name) if stands else "" for name in given}
        _refuse_unseen(stands, seen, given, theirs)
        if stands and theirs == given and stands.author_id == (author.pk if author else None):
            return stands
        made = RenewalCall.objects.create(
            account=account, term_end=subscription.ends_on, decision_on=decision_of(subscription), author=author,
            number=stands.number + 1 if stands else 1, made_at=at, **given,
        )  # fmt: skip
        journal.record_many([_draft(made, by, at)])
    return made


def _refuse_unseen(stands: RenewalCall | None, seen: int | None, mine: Told, theirs: Told) -> None:
    """Raises Conflict where somebody called it in between."""
    name = {"own_probability": "probability"}
    sides = [{name.get(key, key): value for key, value in side.items()} for side in (mine, theirs)]
    checking.stand_at("the renewal", stands.number if stands else 0, seen, *sides)


def _check(subscription: Subscription, given: dict[str, Any]) -> None:
    faults = checking.words("reason", given["reason"], MOST_WORDS, needed=False)
    faults += checking.words("next_step", given["next_step"], MOST_WORDS, needed=False)
    if given["call"] not in CALLS:
        expected = ", ".join(Call)
        faults.append(Fault("call", Text(f"one of {expected}", f"{expected} のいずれか"), str(given["call"])[:80]))
    share, more = given["own_probability"], given["expansion_minor"]
    if share is not None and not 0 <= share <= 1:
        faults.append(Fault("probability", Text("from 0 to 1", "0〜1"), share))
    if more is not None and abs(more) > LARGEST:
        faults.append(Fault("expansion_minor", Text("an amount that can be", "金額の範囲外"), more))
    checking.refuse(faults)
    if not Subscription.objects.filter(PIPELINE, pk=subscription.pk).exists():
        words = Text("a running term of 6 months or longer", "有効な6か月以上の契約")
        raise Refused.one("subscription", words, subscription.pk)


def _draft(row: RenewalCall, by: Actor, at: datetime) -> journal.Draft:
    told = {"term_end": row.term_end, "call": row.call, "call_en": row.word.en, "call_ja": row.word.ja,
            "probability": row.probability}  # fmt: skip
    personal = {"reason": row.reason, "next_step": row.next_step}
    return journal.Draft(
        "work.renewal.called", by, at, row.account_id, [("renewal_call", row.pk)], told, personal, None, row.number
    )
