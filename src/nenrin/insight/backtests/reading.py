"""Which backtests there are of a version, and whether they still say something of it."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from nenrin.insight.models import Backtest, HealthModelVersion, RiskBacktest, RiskModelVersion
from nenrin.insight.risk import learning

#: After so many days a card has missed a month of outcomes.
OLD_DAYS = 35
DRAFT = "draft"


#: How a risk model is named beside health models: "risk:churn".
RISK = "risk:"


class NoSuchVersion(LookupError):
    """There is no such version of a health model: `nenrin config export` lists the models; those of risk models are
    named risk:churn, risk:involuntary, risk:contraction and risk:expansion."""


class Staleness(StrEnum):
    """Why a card no longer speaks of the version as it is."""

    CHANGED = "changed"  # the draft was changed since
    OLD = "old"  # more than a month of outcomes is missing


def version(key: str, wanted: str = "") -> HealthModelVersion:
    """The live version (else the draft), `draft`, or a number. Raises NoSuchVersion."""
    rows = HealthModelVersion.objects.filter(key=key).order_by("-number")
    if wanted == DRAFT:
        found = rows.filter(state="draft").first()
    elif wanted:
        found = rows.filter(number=int(wanted)).first() if wanted.isdecimal() and len(wanted) < 9 else None
    else:
        found = rows.filter(state="published").first() or rows.first()
    if found is None:
        raise NoSuchVersion(f"there is no version {wanted or 'live'} of a health model {key!r}")
    return found


def newest(of: HealthModelVersion) -> Backtest | None:
    """The last one that was finished."""
    rows = Backtest.objects.filter(version=of, state="done").select_related("version", "rival", "author")
    return rows.order_by("-pk").first()


def unfinished(of: HealthModelVersion) -> Backtest | None:
    """The last one asked for, if it waits, runs or failed."""
    last = Backtest.objects.filter(version=of).order_by("-pk").first()
    return last if last and last.state != "done" else None


def staleness(row: Backtest, today: date) -> Staleness | None:
    if row.document != row.version.document:
        return Staleness.CHANGED
    return Staleness.OLD if row.as_of < today - timedelta(OLD_DAYS) else None


def risk_version(name: str, wanted: str = "") -> RiskModelVersion:
    """Of `risk:churn`: the version in use (else the newest that was learned), or a number. Raises NoSuchVersion."""
    event = name.removeprefix(RISK)
    rows = RiskModelVersion.objects.filter(event=event).order_by("-number")
    if wanted:
        found = rows.filter(number=int(wanted)).first() if wanted.isdecimal() and len(wanted) < 9 else None
    else:
        found = learning.in_use(event) or rows.exclude(document={}).first() or rows.first()
    if found is None:
        raise NoSuchVersion(f"there is no version {wanted or 'in use'} of a risk model {name!r}")
    return found


def newest_of_risk(of: RiskModelVersion) -> RiskBacktest | None:
    """The last one that was finished."""
    rows = RiskBacktest.objects.filter(version=of, state="done").select_related("version", "author")
    return rows.defer("version__document").order_by("-pk").first()


def unfinished_of_risk(of: RiskModelVersion) -> RiskBacktest | None:
    """The last one asked for, if it waits, runs or failed."""
    last = RiskBacktest.objects.filter(version=of).select_related("version").defer("version__document")
    found = last.order_by("-pk").first()
    return found if found and found.state != "done" else None


def is_old(row: RiskBacktest, today: date) -> bool:
    """More than a month of outcomes has come since."""
    return row.as_of < today - timedelta(OLD_DAYS)
