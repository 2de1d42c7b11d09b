"""Which metric policy profile holds: numbered versions, each with the day from which it is live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.db import transaction

from nenrin.analytics.revenue import fiscal as years
from nenrin.analytics.revenue.fiscal import Fiscal
from nenrin.analytics.revenue.policies import Policy, UnknownChoice, from_document, to_document
from nenrin.customers.models import Subscription
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Organisation
from nenrin.ingest.models import ExchangeRate
from nenrin.insight.models import MetricPolicy, PeriodLock
from nenrin.values import Text

#: Since when the first version holds.
FIRST = date(1970, 1, 1)
#: What the organisation's own settings say, which a profile does not choose.
OF_ORGANISATION = ("version", "reporting_currency", "zone", "fiscal_start_month")


#: Choices that rest on what nothing tells yet, so that they would change no figure (or leave revenue out): refused.
UNTOLD = {
    ("currency", "month_end"): Text("no month-end rates are kept: every account in another currency would be left out",
                                    "月末レートの記録がなく、他通貨の顧客がすべて集計から外れる"),
}  # fmt: skip


def untold() -> dict[tuple[str, str], Text]:
    """Of these, what still rests on nothing: month-end rates once one is kept are a choice like any other."""
    has_rates = organisation.once("month-end rates", ExchangeRate.objects.standing().exists)
    return {choice: why for choice, why in UNTOLD.items() if not (has_rates and choice == ("currency", "month_end"))}


class Untold(UnknownChoice):
    """A choice whose facts nothing tells yet: leave it as it is; `why` says which are missing."""

    def __init__(self, name: str, value: str) -> None:
        self.why = UNTOLD[name, value]
        super().__init__(f"{name}: {value!r} has no effect yet: {self.why.en}")


def live(on: date) -> Policy:
    """The profile that is live on a day; before any was published, the defaults with the organisation's own words."""
    row = next((each for each in _versions() if each.from_on <= on), None)
    return of(row) if row else default()


def _versions() -> list[MetricPolicy]:
    """The newest first. A handful, which every part of a page asks for."""
    return organisation.once("metric policies", lambda: list(MetricPolicy.objects.all()))


def fiscal() -> Fiscal:
    """The organisation's fiscal years: of every version from its day on, so that what is over is never cut anew."""
    rows = [(each.from_on, each.document.get("fiscal_start_month")) for each in reversed(_versions())]
    first = rows[0][1] if rows else organisation.current().fiscal_start_month
    return years.changed(first, rows[1:])


def default() -> Policy:
    return _of_organisation(organisation.current())


def _of_organisation(own: Organisation) -> Policy:
    return Policy(reporting_currency=own.currency, zone=own.zone, fiscal_start_month=own.fiscal_start_month)


def of(row: MetricPolicy) -> Policy:
    return replace(from_document(row.document), version=row.number)


def reorganise(*, by: Actor, at: datetime, **fields: object) -> Organisation:
    """Change the organisation's settings. A new currency, or first month of the fiscal year, makes a new version from
    today on: whatever was known or closed until yesterday keeps the one under which it was.

    Journal: foundation.organisation.changed, insight.policy.published.
    """
    with transaction.atomic():
        was, held = default(), live(organisation.today(at))
        changed = organisation.change(by=by, at=at, **fields)
        now = _of_organisation(changed)
        if (now.reporting_currency, now.fiscal_start_month) != (held.reporting_currency, held.fiscal_start_month):
            _keep_first(was, by, at)
            publish({"rates": rates(held, now.reporting_currency)}, of=now, note=_why(held, now), by=by, at=at)
    return changed


def _keep_first(was: Policy, by: Actor, at: datetime) -> None:
    """What held before any version was published, as a version of its own: from now on it can not be worked out. The
    oldest version tells the settings of its day; without any they are those until now."""
    versions = _versions()
    own = of(versions[-1]) if versions else was
    told = {
        "document": to_document(replace(was, version=1, **{name: getattr(own, name) for name in OF_ORGANISATION[1:]})),
        "from_on": FIRST,
        "author_id": by.member,
        "published_at": at,
    }
    MetricPolicy.objects.get_or_create(number=1, defaults=told)


def rates(held: Policy, currency: str) -> dict[str, str]:
    """The rates in another reporting currency: what the profile tells, else those of the last version in it."""
    if held.rate(currency) is not None:
        return exchanged(held, currency)
    last = next((one for one in map(of, _versions()) if one.reporting_currency == currency), None)
    return dict(last.rates) if last else {}


def left_out(currency: str, on: date) -> list[str]:
    """The currencies of contracts that figures tell now and could not in another reporting currency, for want of a rate."""
    held = live(on)
    known = {currency, *rates(held, currency)}
    contracts = Subscription.objects.order_by("currency").values_list("currency", flat=True).distinct()
    return [each for each in contracts if held.rate(each) is not None and each not in known]


def exchanged(of: Policy, currency: str) -> dict[str, str]:
    """The profile's rates in another reporting currency; none where what that one was worth is not known.

    >>> exchanged(Policy(rates={"USD": "150", "EUR": "160"}), "USD")
    {'EUR': '16/15', 'JPY': '1/150'}
    """
    worth = of.rate(currency)
    if currency == of.reporting_currency or worth is None:
        return dict(of.rates) if currency == of.reporting_currency else {}
    known = {name: Fraction(rate) for name, rate in of.rates.items() if name != currency}
    return {name: str(rate / worth) for name, rate in {**known, of.reporting_currency: Fraction(1)}.items()}


def _why(was: Policy, now: Policy) -> str:
    """The note of a version that a change of the settings made."""
    pairs = [(getattr(was, name), getattr(now, name)) for name in ("reporting_currency", "fiscal_start_month")]
    return ", ".join(f"{old} → {new}" for old, new in pairs if old != new)


def publish(
    choices: Mapping[str, Any], *, of: Policy | None = None, note: str = "", by: Actor, at: datetime
) -> MetricPolicy:
    """A new version, live from today on, or from tomorrow where books were closed today, under the policy that stays theirs;
    what it leaves out stays as it is. `of`: the settings, where they just changed.

    Raises UnknownChoice, and Untold for what would change nothing. Journal: insight.policy.published.
    """
    from_on = _first_day(organisation.today(at))
    held, unheard = live(from_on), untold()
    for name, value in choices.items():
        if isinstance(value, str) and (name, value) in unheard and getattr(held, name) != value:
            raise Untold(name, value)
    own = of or default()
    fixed = {name: getattr(own, name) for name in OF_ORGANISATION if name != "version"}
    if set(choices) & set(OF_ORGANISATION):
        raise UnknownChoice(f"{', '.join(OF_ORGANISATION[1:])} are the organisation's settings: change them there")
    with transaction.atomic():
        last = MetricPolicy.objects.select_for_update().first()
        number = last.number + 1 if last else 2  # version 1 is the defaults that hold before any is published
        document = {**to_document(held), **fixed, **choices, "version": number}
        policy = from_document(document)
        row = MetricPolicy.objects.create(
            number=number, document=to_document(policy), note=note, from_on=from_on,
            author_id=by.member, published_at=at,
        )  # fmt: skip
        particulars = {"number": number, "note": note or "—", "choices": dict(choices)}
        journal.record("insight.policy.published", actor=by, at=at, particulars=particulars)
    return row


def _first_day(today: date) -> date:
    is_closed_today = PeriodLock.objects.filter(known_on=today).exists()
    return today + timedelta(days=1) if is_closed_today else today
