"""Each term ahead as people and the model see it now, kept as rows: lists and sums of many thousand terms read these."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import DateTimeField, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from nenrin.customers.models import Merge, Subscription
from nenrin.customers.statuses import SubscriptionStatus
from nenrin.foundation import bulk, organisation
from nenrin.insight.models import Risk
from nenrin.work import renewal_lines
from nenrin.work.models import Followed, RenewalOutlook
from nenrin.work.renewal_lines import Line
from nenrin.work.renewal_terms import DECISION, PIPELINE

#: Accounts brought up to date in one round.
LIMIT: Final = 500
#: Calls move with a merge a moment after the contracts do; so long it is looked at again.
SETTLING: Final = timedelta(hours=1)
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
FIELDS: Final = (
    *("whose", "term_end", "decision_on", "call_id", "over_id", "said", "said_probability", "held", "held_probability"),
    *("expansion_minor", "p", "low", "high", "risk_at"),
)


def stale() -> list[int]:
    """Accounts, LIMIT at the most, with a term whose outlook is not of this term, this decision or this risk.

    Under notice a term has no outlook of a risk: when the notice is taken back it is made anew.
    """
    risk = Risk.objects.filter(account=OuterRef("account"), event="churn").values("at")
    rows = Subscription.objects.filter(PIPELINE).annotate(decision=DECISION, told_at=_or_never(Subquery(risk[:1])))
    rows = rows.annotate(rests_on=_or_never(F("renewal_outlook__risk_at")))
    own = "renewal_outlook__"
    same = Q(**{f"{own}term_end": F("ends_on"), f"{own}decision_on": F("decision"), f"{own}whose": F("account_id")})
    rested = Q(told_at=F("rests_on")) | Q(status=SubscriptionStatus.NOTICED)
    found = rows.filter(Q(renewal_outlook__isnull=True) | ~same | ~rested)
    return list(found.order_by("account").values_list("account", flat=True).distinct()[:LIMIT])


def _or_never(value: Any) -> Coalesce:
    return Coalesce(value, Value(NEVER, output_field=DateTimeField()))


def has_new_risks() -> bool:
    """Were risks told since any outlook was made? Telling them writes nothing to the journal."""
    told = Risk.objects.filter(event="churn").order_by("-at").values_list("at", flat=True).first()
    seen = RenewalOutlook.objects.order_by("-risk_at").filter(risk_at__isnull=False).values_list("risk_at", flat=True)
    return told is not None and told != seen.first()


def merged(at: datetime) -> set[int]:
    """Accounts whose calls moved with a merge, or back, a short while ago."""
    rows = Followed.objects.filter(
        Q(followed_at__gt=at - SETTLING) | Q(undone_at__gt=at - SETTLING), table="work.renewalcall.account"
    )
    merges = Merge.objects.filter(pk__in=list(rows.values_list("merge", flat=True)))
    return {key for pair in merges.values_list("survivor", "absorbed") for key in pair}


def refresh(accounts: Collection[int], at: datetime) -> int:
    """Make the outlooks of all terms of these accounts anew; returns how many changed. Safe to repeat."""
    if not accounts:
        return 0
    keys = bulk.among(sorted(accounts))
    rows = Subscription.objects.filter(account__in=keys)
    told = dict(Risk.objects.filter(account__in=keys, event="churn").values_list("account", "at"))
    lines = renewal_lines.of(rows, organisation.today(at), Q())
    wanted = [_row(line, is_first, told.get(line.account)) for line, is_first in _firsts(lines)]
    there = {row.subscription_id: row for row in RenewalOutlook.objects.filter(subscription__account__in=keys)}
    fresh = [row for row in wanted if not _is_same(there.get(row.subscription_id), row)]
    names = [name.removesuffix("_id") for name in FIELDS]
    with transaction.atomic():
        RenewalOutlook.objects.bulk_create(
            fresh, update_conflicts=True, unique_fields=["subscription"], update_fields=names, batch_size=500
        )
    return len(fresh)


def _firsts(lines: Iterable[Line]) -> Iterable[tuple[Line, bool]]:
    """Each line, and whether it is the first of its account's term: what a call adds is counted once."""
    seen: set[tuple[int, Any]] = set()
    for line in sorted(lines, key=lambda one: one.subscription):
        key = (line.account, line.ends_on)
        yield line, key not in seen
        seen.add(key)


def _row(line: Line, is_first: bool, told_at: datetime | None) -> RenewalOutlook:
    call, held = line.call, line.held
    p, low, high, rests_on = (None,) * 4 if line.is_noticed else (line.p, line.low, line.high, told_at)
    return RenewalOutlook(
        subscription_id=line.subscription, whose=line.account, term_end=line.ends_on, decision_on=line.decision_on,
        call=call, over=line.over, said=call.call if call else "", said_probability=call.probability if call else None,
        held=held.call if held else "", held_probability=held.probability if held else None,
        expansion_minor=held.expansion_minor if held and is_first else None,
        p=p, low=low, high=high, risk_at=rests_on,
    )  # fmt: skip


def _is_same(stands: RenewalOutlook | None, wanted: RenewalOutlook) -> bool:
    return stands is not None and all(getattr(stands, name) == getattr(wanted, name) for name in FIELDS)
