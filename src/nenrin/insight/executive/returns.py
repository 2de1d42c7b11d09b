"""What less churn would bring, from the company's own ledger: the ROI simulator's first slogan with its assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nenrin.analytics.roi.claims import churn
from nenrin.analytics.roi.companies import INPUTS, Company, Input
from nenrin.foundation import format, organisation
from nenrin.insight.executive.questions import Question
from nenrin.insight.lifetimes import baselines, scenarios
from nenrin.insight.lifetimes.baselines import Beginning
from nenrin.values import Money, Text

#: What the effect follows from, in the order of the panel.
USED = ("mrr", "new_mrr", "churn", "churn_after", "margin", "csm_cost", "years")
#: What a reader may try other values of; everything else is the ledger's.
ASSUMED = ("churn_after", "margin", "csm_cost", "years")
OWN, ASSUMPTION = Text("own contracts", "自社の契約"), Text("assumption", "仮定")


@dataclass(frozen=True, slots=True)
class Returns:
    """`gain` in a year and `later` over the company's years, in minor units of `currency`; `people`: CSMs that the gross
    profit of the first year pays for. `own`: the inputs that the contracts gave, as they were on the baseline's day where
    there is one (`begun.row`)."""

    company: Company
    currency: str
    own: frozenset[str]
    begun: Beginning
    gain: float
    later: float
    people: float

    @property
    def is_assumed(self) -> bool:
        """Is today's churn not known from the contracts?"""
        return "churn" not in self.own


def returns(ask: Question, assumed: Mapping[str, float] | None = None) -> Returns | None:
    """As of today, of all accounts, with other assumptions than the product's where they are told.

    None for other days, for a part, for who sees some accounts only, and where no contract with a price runs.
    """
    if not ask.is_now or ask.within is not None or ask.books.accounts is not None:
        return None
    currency = organisation.current().currency
    begun = baselines.beginning(ask.today, currency, accounts=None, sees_costs=False)  # no CAC is in the effect
    start = begun.start()
    if not start.mrr:
        return None
    company = scenarios.company(start).with_("margin", ask.ledger.policy.gross_margin)
    for key, value in (assumed or {}).items():
        company = company.with_(key, int(value) if key == "years" else value)
    gain, later = churn.first_year(company), churn.first_year(company, months=12 * company.years)
    own = frozenset(scenarios.known(start))
    return Returns(company, currency, own, begun, gain, later, gain * company.margin / company.csm_cost)


def says(company: Company, currency: str) -> Text:
    """The effect as an executive reads it."""
    gain, later = churn.first_year(company), churn.first_year(company, months=12 * company.years)
    told = {
        language: {
            "before": format.percent(company.churn, language, 2),
            "after": format.percent(company.churn_after, language, 2),
            "gain": format.money(Money(round(gain), currency), language, "text"),
            "share": format.signed(100 * gain / (12 * company.mrr), language, 1, "%"),
            "later": format.money(Money(round(later), currency), language, "compact"),
            "years": company.years,
            "people": format.number(gain * company.margin / company.csm_cost, language, 1),
        }
        for language in ("en", "ja")
    }
    return Text(
        "Bringing monthly churn from {before} to {after} changes the first year's revenue by {gain} ({share} of today's"
        " ARR) and that of {years} years by {later}. The first year's gross profit pays for {people} CSMs.".format(
            **told["en"]
        ),
        "月次解約率を{before}から{after}にすると、1年目の売上は{gain}変わります（現在のARRの{share}）。{years}年間では{later}です。"
        "1年目の粗利増は、CSM {people}人分の費用に当たります。".format(**told["ja"]),
    )


def inputs(of: Returns) -> list[tuple[Input, Text]]:
    """What the effect follows from, and where each comes from."""
    return [(INPUTS[key], OWN if key in of.own else ASSUMPTION) for key in USED]


def figure(of: Returns, key: str, language: str) -> str:
    """An input's value as it reads."""
    value, unit = getattr(of.company, key), INPUTS[key].unit
    if unit == "money":
        return format.money(Money(round(value), of.currency), language)
    return format.percent(value, language, 2) if unit == "share" else format.number(value, language)
