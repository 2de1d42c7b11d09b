"""What MRR counts of one account: its agreed price, what the metric policy adds or takes, and what stands in the ledger.

Worked out from the account's contracts by the ledger's own arithmetic, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Literal

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from nenrin.analytics.revenue import books
from nenrin.analytics.revenue.contracts import Contract, Step
from nenrin.analytics.revenue.exchange import Exchange
from nenrin.analytics.revenue.paths import number
from nenrin.analytics.revenue.policies import Policy
from nenrin.customers import facts
from nenrin.customers.models import Account, PriceStep, Subscription
from nenrin.customers.statuses import Status, SubscriptionStatus
from nenrin.ingest.models import Invoice
from nenrin.insight.revenue import policies, rates
from nenrin.values import Money

#: Why MRR is not the agreed price: usage beside it, list prices, ramps, when churn counts, unpaid invoices, and the days on
#: which contracts run.
Reason = Literal["usage", "coupons", "ramp", "recognition", "dunning", "days"]
#: The choice behind each of them, and the one under which MRR is the price as agreed.
NEUTRAL: dict[Reason, tuple[str, str]] = {
    "usage": ("usage", "none"), "coupons": ("coupons", "reduce"), "ramp": ("ramp", "step"),
    "recognition": ("churn_recognition", "service"), "dunning": ("dunning", "off"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """What one reason adds, in minor units of the account's currency; below zero where it takes."""

    reason: Reason
    minor: int


@dataclass(frozen=True, slots=True)
class Counted:
    """counted = agreed + parts, exactly, in the account's currency and of its contracts in it. `elsewhere`: MRR of contracts in
    other currencies. `ledger`: all of it in the organisation's currency; None without an exchange rate. `has_usage`: metered
    usage or a committed minimum is told, whether or not it counts."""

    day: date
    policy: Policy
    agreed: Money
    counted: Money
    parts: tuple[Part, ...]
    elsewhere: tuple[Money, ...]
    ledger: Money | None
    has_usage: bool

    @property
    def is_abroad(self) -> bool:
        """Whether the ledger tells it in another currency."""
        return bool(self.elsewhere) or self.counted.currency != self.policy.reporting_currency


def told_more() -> Exists:
    """Of an account in a query: whether it has contracts that are more than a price in its currency."""
    is_more = (
        Q(committed_minor__gt=0) | ~Q(metered={}) | Q(list_minor__gt=0) | Q(is_ramp=True) | Q(billed_to__isnull=False)
        | ~Q(currency=OuterRef("currency"))
    )  # fmt: skip
    return Exists(Subscription.objects.filter(is_more, account=OuterRef("pk"), archived_at__isnull=True))


def told_late(day: date) -> ExpressionWrapper[Any]:
    """The same of a notice, or of an invoice that is overdue: what some policies count as churn."""
    unpaid = Invoice.objects.standing().filter(account=OuterRef("pk"), due_on__lt=day, minor__gt=0)
    noticed = Subscription.objects.filter(account=OuterRef("pk"), status=SubscriptionStatus.NOTICED)
    either = Q(Exists(noticed)) | Q(Exists(unpaid.filter(status__in=("open", "uncollectible"))))
    return ExpressionWrapper(either, output_field=BooleanField())


def may_differ(account: Account, day: date) -> bool:
    """Whether MRR may be other than the price of an account that was asked for with both of these."""
    if account.told_more:  # type: ignore[attr-defined]  # annotated
        return True
    if not account.told_late:  # type: ignore[attr-defined]  # annotated
        return False
    policy = policies.live(day)
    return policy.churn_recognition == "request" or policy.dunning == "invoices"


def counted(account: Account, day: date) -> Counted | None:
    """As of a day (today: prices are those of now); None without a contract, and for who is no revenue. Two queries, three
    with unpaid invoices."""
    if account.status == Status.INTERNAL_TEST:
        return None
    own_steps = PriceStep.objects.filter(subscription__account=account, subscription__archived_at__isnull=True)
    steps = own_steps.select_related("subscription__plan__product").order_by("subscription_id", "from_on")
    rows = [list(found) for _, found in groupby(steps, key=lambda step: step.subscription_id)]
    if not rows:
        return None
    policy = policies.live(day)
    contracts = _contracts(rows, _overdue(account, policy, day))
    own = [one for one in contracts if one.currency == account.currency]
    plain = replace(policy, reporting_currency=account.currency, currency="constant", rates={})
    total, parts = _parts(own, plain, account.mrr_minor, day)
    others = sorted({one.currency for one in contracts} - {account.currency})
    sums = [Money(_minor([one for one in contracts if one.currency == name],
                         replace(plain, reporting_currency=name), day) or 0, name) for name in others]  # fmt: skip
    elsewhere = tuple(one for one in sums if one.minor)
    is_own = not elsewhere and account.currency == policy.reporting_currency
    mrr = Money(total, account.currency)
    return Counted(
        day, policy, Money(account.mrr_minor, account.currency), mrr, parts, elsewhere,
        mrr if is_own else _ledger(contracts, rates.current(day), day),
        any(step.committed_minor or step.usage_minor for one in contracts for step in one.steps),
    )  # fmt: skip


def _parts(contracts: Sequence[Contract], policy: Policy, agreed: int, day: date) -> tuple[int, tuple[Part, ...]]:
    """The whole, and what each choice of the policy adds after those before it."""
    plain = replace(policy, **dict(NEUTRAL.values()))  # type: ignore[arg-type]  # their own
    before = _minor(contracts, plain, day) or 0
    parts: list[Part] = [Part("days", before - agreed)]
    for reason, (field, choice) in NEUTRAL.items():
        own = getattr(policy, field)
        if own == choice:
            continue
        plain = replace(plain, **{field: own})
        after = _minor(contracts, plain, day) or 0
        parts.append(Part(reason, after - before))
        before = after
    return before, tuple(one for one in parts if one.minor)


def _minor(contracts: Sequence[Contract], policy: Policy, day: date, exchange: Exchange | None = None) -> int | None:
    """MRR at the end of a day; None where it is not computable."""
    if not contracts:
        return 0
    book = books.of_contracts(contracts, policy, exchange)
    if not len(book.accounts) or len(book.unrated(day)):
        return None
    return int(book.valued(day).at([number(day)])[0, 0])


def _ledger(contracts: Sequence[Contract], exchange: Exchange, day: date) -> Money | None:
    minor = _minor(contracts, exchange.policy, day, exchange)
    return None if minor is None else Money(minor, exchange.policy.reporting_currency)


def _contracts(rows: Sequence[Sequence[PriceStep]], overdue: Sequence[date]) -> list[Contract]:
    """As the ledger reads them, of the price steps of each; `overdue`: the days on which unpaid invoices fell due."""
    return [_contract(steps[0].subscription, steps, overdue) for steps in rows]


def _contract(row: Subscription, steps: Sequence[PriceStep], overdue: Sequence[date]) -> Contract:
    body = facts.of_subscription(row, steps)["body"]
    due = min((day for day in overdue if day >= row.starts_on), default=None)
    return Contract(
        str(row.pk), row.account_id, row.starts_on, row.ends_on, [_step(one) for one in body["steps"]],
        product=body["product"], plan=body["plan"], currency=row.currency, term_months=max(row.term_months, 1),
        auto_renews=row.auto_renews, noticed_on=row.noticed_on, ended_on=row.ended_on, billed_to=row.billed_to,
        past_due_on=due and due + timedelta(days=1), is_ramp=row.is_ramp,
    )  # fmt: skip


def _step(told: dict[str, Any]) -> Step:
    more = {name: told[name] for name in ("list_minor", "committed_minor", "usage_minor") if name in told}
    return Step(told["from_on"], told["mrr_minor"], told["seats"], **more)


def _overdue(account: Account, policy: Policy, day: date) -> list[date]:
    """When the invoices fell due that end a contract by now, where the policy says that they do."""
    if policy.dunning != "invoices":
        return []
    told = list(Invoice.objects.standing().of(account).values_list("status", "minor", "issued_on", "due_on"))
    paid = max((issued for status, _, issued, _ in told if status == "paid"), default=date.min)
    late = day - timedelta(days=policy.dunning_days + 1)
    return [
        due for status, minor, issued, due in told
        if due and minor > 0 and due <= late and (status == "open" or (status == "uncollectible" and paid <= issued))
    ]  # fmt: skip
