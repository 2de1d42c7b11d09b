"""Candidates: customers who may grow, with the signs for it, ranked by what may come of it, and what holds them back.

worth = expected change of MRR x 12 x probability of growth. The probability is the model's where it speaks in figures,
else `BASE`. Read in a fixed number of queries at any number of accounts, and one look into the lake.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import F, QuerySet
from django.db.models.fields.json import KeyTextTransform

from nenrin.analytics.scores.bands import Band
from nenrin.customers.models import Account, Plan, Product
from nenrin.customers.statuses import Status
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import add_business_days
from nenrin.foundation.models import Member
from nenrin.ingest import lakes
from nenrin.insight import history
from nenrin.insight.models import CurrentMeasure, Risk
from nenrin.insight.revenue import own_money
from nenrin.insight.revenue.own_money import OwnMoney
from nenrin.values import Money, Text
from nenrin.work.models import CandidateDismissal, Opportunity
from nenrin.work.models.opportunity import KINDS, Origin
from nenrin.work.opportunities import contracts, dismissals, holding, opening, plan_limits, price_steps, signs
from nenrin.work.opportunities.contracts import Contracts
from nenrin.work.opportunities.holding import Ground
from nenrin.work.opportunities.plan_limits import Limit
from nenrin.work.opportunities.price_steps import Step
from nenrin.work.opportunities.signs import Chance, Propensity, Sign, Use

#: Probability of a yes within 90 days where no model speaks.
BASE: Final = 0.10
#: Business days until somebody should have moved on one that was just opened.
FIRST_STEP_DAYS: Final = 5
USED, PEOPLE = "active_user_share", "weekly_active_users"
_COLUMNS = (
    *("pk", "name", "tier", "owner_id", "owner__name", "currency", "mrr_minor", "seats"),
    *("health__band", "health__score", "health__as_of"),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One chance with one customer. `worth`: in the reporting currency's minor units, None where it cannot be told.

    `holds`: what speaks against proposing now; `away`: somebody put it away until a day.
    """

    account: int
    name: str
    tier: str
    owner: int | None
    owner_name: str
    mrr: Money
    band: str
    score: float | None
    chance: Chance
    signs: tuple[Sign, ...]
    propensity: Propensity | None
    worth: int | None
    holds: tuple[Ground, ...]
    away: CandidateDismissal | None

    @property
    def kind(self) -> str:
        return self.chance.kind.value

    @property
    def kind_word(self) -> Text:
        return KINDS[self.chance.kind]

    @property
    def expected(self) -> Money | None:
        return None if self.chance.expected is None else Money(self.chance.expected, self.mrr.currency)

    @property
    def nearest(self) -> Sign | None:
        """Of its limits the one that is nearest to its end."""
        limits = [sign for sign in self.signs if sign.share is not None]
        return max(limits, key=lambda sign: sign.share or 0, default=None)

    @property
    def is_held(self) -> bool:
        return bool(self.holds)


def of(rows: QuerySet[Account], at: datetime, *, known: Contracts | None = None) -> list[Candidate]:
    """The candidates among these accounts, the most worth first; those that have such an opportunity already are out."""
    today = organisation.today(at)
    own = own_money.on(today)
    kept = known or contracts.current()
    facts = list(rows.filter(archived_at__isnull=True, status=Status.CUSTOMER).order_by().values_list(*_COLUMNS))
    keys = rows.order_by().values("pk")
    uses, models, steps = _uses(keys, today), _propensities(keys), price_steps.due(keys, today)
    holds, live, away = holding.voiced(None, at), _live(), dismissals.away(today)
    limits = plan_limits.of(kept, [row[0] for row in facts], keys, today)
    found = []
    for row in facts:
        for chance in _chances(row, uses.get(row[0], Use()), kept, limits.get(row[0], []), steps.get(row[0], [])):
            if (row[0], chance.kind.value) not in live:
                put_away = away.get((row[0], chance.kind.value))
                found.append(_built(row, chance, models.get(row[0]), holds.get(row[0], []), put_away, own))
    return sorted(found, key=lambda one: (-(one.worth or -1), one.name, one.kind))


def _chances(row: tuple[Any, ...], use: Use, kept: Contracts, limits: list[Limit], steps: list[Step]) -> list[Chance]:
    key, _, tier, _, _, currency, mrr, seats, *_ = row
    found = list(signs.chances(tier, currency, mrr, seats, use, kept, kept.by_account.get(key, []), limits))
    price = price_steps.chance([one for one in steps if one.currency == currency])
    return [*found, price] if price else found


def _built(
    row: tuple[Any, ...], chance: Chance, model: Propensity | None, voiced: Sequence[Ground],
    away: CandidateDismissal | None, rates: OwnMoney,
) -> Candidate:  # fmt: skip
    key, name, tier, owner, owner_name, own, mrr, _, band, score, as_of = row
    grounds = [] if band in (Band.HEALTHY, Band.CAUTION) else [holding.of_health(band, score, as_of)]
    said = model.sign() if model else None
    return Candidate(
        key, name, tier, owner, owner_name or "", Money(mrr, own), band or "", score, chance,
        (*chance.signs, *([said] if said else ())), model, _worth(chance, model, mrr, own, rates),
        (*grounds, *voiced), away,
    )  # fmt: skip


def _worth(chance: Chance, model: Propensity | None, mrr: int, currency: str, own: OwnMoney) -> int | None:
    """An account in a currency without a rate counts by its ledger's amount; not at all where none is known."""
    if chance.expected is None:
        return None
    p = BASE if model is None or model.is_ranking else model.p
    expected = own.minor(chance.expected * 12, currency)
    if expected is None and model is not None and mrr and model.minor:
        expected = round(chance.expected * 12 * model.minor / mrr)
    return None if expected is None else round(expected * p)


def _uses(keys: Any, today: date) -> dict[int, Use]:  # Any: a query for ids
    rows = CurrentMeasure.objects.filter(account__in=keys, measure__in=(USED, PEOPLE))
    told: dict[int, dict[str, tuple[float, date]]] = {}
    for key, measure, value, as_of in rows.values_list("account_id", "measure", "value", "as_of"):
        told.setdefault(key, {})[measure] = (value, as_of)
    before = _before([key for key, one in told.items() if PEOPLE in one], today)
    return {key: _use(one, before.get(key)) for key, one in told.items()}


def _use(told: Mapping[str, tuple[float, date]], before: float | None) -> Use:
    share, people = told.get(USED), told.get(PEOPLE)
    return Use(
        share[0] if share else None, people[0] if people else None, before,
        max(as_of for _, as_of in told.values()) if told else None,
    )  # fmt: skip


def _before(accounts: Sequence[int], today: date) -> dict[int, float]:
    """Weekly active users 90 days ago, as they were shown then: one look into the lake."""
    if not accounts:
        return {}
    day = today - timedelta(signs.GROWTH_DAYS)
    values = history.valued(lakes.current(), PEOPLE, accounts, [day] * len(accounts))
    return {key: float(value) for key, value in zip(accounts, values, strict=True) if not math.isnan(value)}


def _propensities(keys: Any) -> dict[int, Propensity]:  # Any: a query for ids
    shows = KeyTextTransform("shows_probability", "version__card")
    rows = Risk.objects.filter(event="expansion", account__in=keys).annotate(shows=shows, state=F("version__state"))
    told = list(rows.values_list("account_id", "p", "low", "high", "as_of", "minor", "shows", "state"))
    floor = _floor() if told else 1.0
    return {
        key: Propensity(p, low, high, state == "ranking" or str(shown).lower() not in {"true", "1"}, p >= floor, as_of, minor)
        for key, p, low, high, as_of, minor, shown, state in told
    }  # fmt: skip


def _floor() -> float:
    """From where on a probability is among the highest of all accounts, whichever are asked about."""
    ranking = Risk.objects.filter(event="expansion").order_by("-p").values_list("p", flat=True)
    return ranking[max(0, round(signs.RANKED * ranking.count()) - 1)]


def _live() -> set[tuple[int, str]]:
    return set(Opportunity.objects.live().values_list("account_id", "kind"))


def one(account: Account, kind: str, at: datetime) -> Candidate | None:
    """The candidate of this kind of an account, as it stands now."""
    found = of(Account.objects.filter(pk=account.pk), at)
    return next((each for each in found if each.kind == kind), None)


def open_one(
    candidate: Candidate, account: Account, *, by: Actor, at: datetime, reason: str = "", owner: Member | None = None
) -> Opportunity:
    """An opportunity with the candidate's evidence; twice on a day it is the same one while it runs. Raises Refused."""
    chance, day = candidate.chance, organisation.today(at)
    key = _free(f"rule:{account.pk}:{candidate.kind}:{day}")
    return opening.open(
        account, candidate.kind, by=by, at=at, key=key, origin=Origin.RULE,
        expected=chance.expected, evidence=[sign.row() for sign in candidate.signs], reason=reason, owner=owner,
        product=Product.objects.filter(pk=chance.product or 0).first(),
        plan=Plan.objects.filter(pk=chance.plan or 0).first(),
        due_on=add_business_days(day, FIRST_STEP_DAYS),
    )  # fmt: skip


def _free(key: str) -> str:
    """The key, else one that names the opportunity which had it and has ended."""
    free = key
    while (stands := Opportunity.objects.filter(key=free).first()) and not stands.is_live:
        free = f"{key}:{stands.pk}"
    return free
