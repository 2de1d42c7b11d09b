"""Renewals: what people expect of the end of each term, said again as it changes; every call is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from nenrin.customers.errors import Fault, Refused
from nenrin.customers.models import Account, Subscription
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import checking, renewal_outlooks
from nenrin.work.models import RenewalCall
from nenrin.work.models.renewal import CALLS, Call, Side
from nenrin.work.renewal_calls import Standing, standing
from nenrin.work.renewal_terms import PIPELINE, decision_of

MOST_WORDS = 2_000
LARGEST = 10**13
Told = dict[str, object]


def say(
    subscription: Subscription, call: str, *, by: Actor, at: datetime, author: Member | None = None,
    probability: float | None = None, expansion_minor: int | None = None, reason: str = "", next_step: str = "",
    seen: int | None = None, side: str = Side.CSM,
) -> RenewalCall:  # fmt: skip
    """What `author` expects of this term's end; holds for every term of the account that ends that day.

    `side`: a manager's call holds over the CSM's, and needs a reason where it says something else. `seen`: number of the
    last call that the author had before the eyes (0: none). Said again unchanged: the call that stands.
    Raises Refused, Conflict. Journal: work.renewal.called, or work.renewal.overruled for a manager's.
    """
    given: Told = {"call": call, "own_probability": probability, "expansion_minor": expansion_minor,
             "reason": reason.strip(), "next_step": next_step.strip()}  # fmt: skip
    _check(subscription, given)
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=subscription.account_id)
        there = standing(account.pk, subscription.ends_on)
        stands = there.of(side)
        theirs: Told = {name: getattr(stands, name) if stands else "" for name in given}
        _refuse_unseen(there, seen, given, {name: getattr(there.last, name) if there.last else "" for name in given})
        _refuse_silent(there, side, given)
        if stands and theirs == given and stands.author_id == (author.pk if author else None):
            return stands
        return _added(subscription, account, there, side, given, author, by, at)


def withdraw(
    subscription: Subscription, *, by: Actor, at: datetime, author: Member | None = None, seen: int | None = None
) -> RenewalCall | None:
    """Take the manager's call back: the CSM's holds again. Safe to repeat; None where there was none.

    Raises Refused, Conflict. Journal: work.renewal.overruled.
    """
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=subscription.account_id)
        there = standing(account.pk, subscription.ends_on)
        if there.over is None:
            return None
        given: Told = {"call": "", "own_probability": None, "expansion_minor": None, "reason": "", "next_step": ""}
        checking.stand_at("the renewal", there.number, seen, {"call": ""}, {"call": there.over.call})
        return _added(subscription, account, there, Side.MANAGER, given, author, by, at)


def _added(
    subscription: Subscription, account: Account, there: Standing, side: str, given: dict[str, Any],
    author: Member | None, by: Actor, at: datetime,
) -> RenewalCall:  # fmt: skip
    made = RenewalCall.objects.create(
        account=account, term_end=subscription.ends_on, decision_on=decision_of(subscription), author=author, side=side,
        number=there.number + 1, made_at=at, **given,
    )  # fmt: skip
    journal.record_many([_draft(made, by, at)])
    renewal_outlooks.refresh([account.pk], at)
    return made


def _refuse_unseen(there: Standing, seen: int | None, mine: Told, theirs: Told) -> None:
    """Raises Conflict where somebody called it in between."""
    name = {"own_probability": "probability"}
    sides = [{name.get(key, key): value for key, value in side.items()} for side in (mine, theirs)]
    checking.stand_at("the renewal", there.number, seen, *sides)


def _refuse_silent(there: Standing, side: str, given: dict[str, Any]) -> None:
    """A manager who says something else than the CSM says why."""
    theirs = there.call
    if side != Side.MANAGER or theirs is None or given["reason"]:
        return
    if (given["call"], given["own_probability"]) != (theirs.call, theirs.own_probability):
        needed = Text("why it differs from the CSM's call", "担当の見立てと異なる理由")
        raise Refused.one("reason", needed, "")


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
            "probability": None if row.is_withdrawn else row.probability}  # fmt: skip
    personal = {"reason": row.reason, "next_step": row.next_step}
    action = "work.renewal.overruled" if row.side == Side.MANAGER else "work.renewal.called"
    return journal.Draft(action, by, at, row.account_id, [("renewal_call", row.pk)], told, personal, None, row.number)
