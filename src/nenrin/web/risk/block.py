"""An account's risk on its own page: how probable, why, what would move it; or why nothing can be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language

from nenrin.analytics.forecasts.hazards.models import ENOUGH_EVENTS
from nenrin.customers.models import Account
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.models import Risk, RiskModelVersion
from nenrin.insight.risk import actions, silences, together
from nenrin.insight.risk.actions import Suggestion
from nenrin.insight.risk.learning import EVENTS
from nenrin.insight.risk.together import Together
from nenrin.insight.risk.words import STATE_NAMES, feature
from nenrin.values import Text
from nenrin.web.guard import MemberRequest
from nenrin.web.risk import offers, words
from nenrin.web.risk.offers import Offers
from nenrin.web.risk.words import Reason

MOST_MOVES = 3
NOTHING_RAISES = Text("no measure raises it", "確率を上げている指標なし")


@dataclass(frozen=True, slots=True)
class Move:
    """If one measure alone were that of an average account: the probability from -> to."""

    name: Text
    value: Text
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """One event. `horizons`: name, probability (empty where the model only ranks), interval of 90 %. `steps`: what could
    be done next, the measure behind it, what became of customers like this one, and what carries it out. `soon`: within 90 days, in a word;
    `why`: the measures that raise it."""

    event: Text
    version: RiskModelVersion
    as_of: date
    is_ranking: bool
    horizons: tuple[tuple[Text, str, str], ...]
    reasons: tuple[Reason, ...]
    moves: tuple[Move, ...]
    steps: tuple[tuple[Suggestion, Text, Text, Offers], ...]
    soon: Text
    why: Text


@dataclass(frozen=True, slots=True)
class First:
    """What comes first. `events` are the columns; `lines`: the horizon, each event's share, and that none comes; `left_out`
    names the events of which no probability is told."""

    as_of: date
    events: tuple[Text, ...]
    lines: tuple[tuple[Text, tuple[str, ...], str], ...]
    left_out: Text | None


@dataclass(frozen=True, slots=True)
class Block:
    """`silence` says why nothing is told; `quiet` why nothing is told of single events, where others are; `first` where
    several events compete; `enough`: events from which on a model says probabilities."""

    told: tuple[Told, ...]
    silence: Text | None
    quiet: tuple[tuple[Text, Text], ...] = ()
    first: First | None = None
    enough: int = ENOUGH_EVENTS

    @property
    def step(self) -> Suggestion | None:
        """The first that is suggested."""
        return next((step for one in self.told for step, *_ in one.steps), None)

    @property
    def offers(self) -> Offers | None:
        """What carries that one out."""
        return next((step[-1] for one in self.told for step in one.steps), None)


def of(account: Account, request: MemberRequest) -> Block | None:
    """None for those who may not see it: at most three queries, and one for what carries a step out."""
    if not allowed(request.user, Permission.HEALTH_VIEW):
        return None
    rows = list(Risk.objects.filter(account=account).select_related("version").defer("version__document"))
    if not rows:
        return Block((), silences.of_account(account))
    rows.sort(key=lambda row: EVENTS.index(row.event))
    steps = {row.event: actions.suggestions(row.event, row.reasons, row.version.card) for row in rows}
    carried = iter(offers.of(account, [(event, one) for event, some in steps.items() for one in some], request))
    found = tuple(_told(row, [(one, next(carried)) for one in steps[row.event]]) for row in rows)
    return Block(found, None, _quiet({row.event for row in rows}), _first(together.together(rows)))


def _first(found: Together | None) -> First | None:
    """None where there are no two events that could compete."""
    if found is None or len(found.shares[0].first) < 2:
        return None
    events = tuple(words.EVENTS[event] for event in found.shares[0].first)
    lines = tuple(
        (words.HORIZONS[one.days], tuple(words.chance(p) for p in one.first.values()), words.chance(one.unchanged))
        for one in found.shares
    )
    names = [words.EVENTS[event] for event in found.left_out]
    left_out = Text(", ".join(one.en for one in names), "、".join(one.ja for one in names)) if names else None
    return First(found.as_of, events, lines, left_out)


def _quiet(told: set[str]) -> tuple[tuple[Text, Text], ...]:
    """Of each event that nothing is told of: its name, and why."""
    events = [event for event in EVENTS if event not in told]
    rows = RiskModelVersion.objects.filter(event__in=events).order_by("number").defer("document") if events else ()
    newest = {row.event: row for row in rows}
    return tuple((words.EVENTS[event], _why_quiet(newest.get(event))) for event in events)


def _why_quiet(version: RiskModelVersion | None) -> Text:
    if version is None:
        return Text("no model has been learned yet", "予測モデルは未学習")
    if version.state != "not_enough":
        return (
            STATE_NAMES[version.state]
            if version.used_from is None
            else Text("no model is in use", "使用中のモデルなし")
        )
    why = silences.missing(version)
    return Text(why.en[0].lower() + why.en[1:].rstrip("."), why.ja.rstrip("。"))


def _told(row: Risk, steps: Sequence[tuple[Suggestion, Offers]]) -> Told:
    language, is_ranking = get_language() or "ja", words.is_ranking(row)
    horizons = tuple(
        (words.HORIZONS[int(days)], "" if is_ranking else words.chance(p), words.interval(low, high, language))
        for days, p, low, high in row.horizons
    )
    moves = () if is_ranking else tuple(_moves(row))
    return Told(
        words.EVENTS[row.event], row.version, row.as_of, is_ranking, horizons, tuple(words.reasons(row.reasons)), moves,
        tuple((one, feature(one.feature), _seen(one), carried) for one, carried in steps),
        Text(*(words.interval(row.low, row.high, one) if is_ranking else words.chance(row.p) for one in ("en", "ja"))),
        words.brief(row.reasons) if any(one[1] > 0 for one in row.reasons) else NOTHING_RAISES,
    )  # fmt: skip


def _seen(one: Suggestion) -> Text:
    """What became of customers on either side of the average of the measure."""
    if one.like is None or one.unlike is None:
        return Text(
            "customers' months so far do not bear it out, or are too few",
            "これまでの実績に裏づけなし（または月数不足）",
        )
    (happened, months), (other, rest) = one.like, one.unlike
    return Text(
        f"it happened in {happened} of {months:,} such customer-months, in {other} of {rest:,} others",
        f"同じ傾向の顧客では延べ{months:,}か月中{happened}件、それ以外では延べ{rest:,}か月中{other}件",
    )


def _moves(row: Risk) -> Sequence[Move]:
    """Of the measures that raise it, those that would lower it most."""
    raising = [one for one in row.reasons if len(one) > 3 and one[1] > 0 and one[3] < row.p]
    best = sorted(raising, key=lambda one: one[3])[:MOST_MOVES]
    named = words.reasons(best)
    return [
        Move(one.name, one.value, words.chance(row.p), words.chance(told[3]))
        for one, told in zip(named, best, strict=True)
    ]
