"""Signs that a customer may grow: use near a limit, more people active, what similar healthy customers have, the model."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from nenrin.foundation import format
from nenrin.values import Text
from nenrin.work.models.opportunity import OpportunityKind
from nenrin.work.opportunities.contracts import Contracts, Held, Shared
from nenrin.work.opportunities.plan_limits import Limit

#: From these shares of a limit on, a sign; and the share of seats in use that more seats should leave.
LIMIT, ROOM = 0.8, 0.7
#: More people active than 90 days before: by so much of them, and by so many.
GROWTH, GROWTH_PEOPLE, GROWTH_DAYS = 0.25, 5, 90
#: Share of similar healthy customers that have it.
COMMON = 0.3
#: Of a model that only ranks, the share of customers named.
RANKED = 0.10


@dataclass(frozen=True, slots=True)
class Sign:
    """One fact that speaks for it, as a sentence; `as_of` is its day. Of a limit: what is `used` of what is `allowed`."""

    code: str  # seats, plan, growth, similar, price or model
    text: Text
    as_of: date | None
    used: float | None = None
    allowed: float | None = None

    @property
    def share(self) -> float | None:
        """Of the limit, where it is one."""
        return self.used / self.allowed if self.used is not None and self.allowed else None

    def row(self) -> dict[str, Any]:
        told = {"sign": self.code, "en": self.text.en, "ja": self.text.ja, "as_of": str(self.as_of or "")}
        return told if self.share is None else told | {"used": self.used, "limit": self.allowed, "share": self.share}


@dataclass(frozen=True, slots=True)
class Use:
    """How much an account uses. `before`: weekly active users 90 days earlier, None where none were kept."""

    share: float | None = None
    people: float | None = None
    before: float | None = None
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Chance:
    """What signs of one kind add up to: what to offer, and the change of MRR that may come, in minor units."""

    kind: OpportunityKind
    signs: tuple[Sign, ...]
    expected: int | None = None
    product: int | None = None
    plan: int | None = None
    offered: str = ""


def chances(
    tier: str, currency: str, mrr: int, seats: int, use: Use, contracts: Contracts | None, held: Sequence[Held],
    limits: Sequence[Limit] = (),
) -> Iterator[Chance]:  # fmt: skip
    """One for each kind that has a sign; `limits` of the account's plans. Without `contracts` nothing is said of similar
    customers."""
    if (found := _seats(mrr, seats, use)) is not None:
        yield found
    if contracts is None or not held:
        return
    if (higher := _upsell(tier, currency, contracts, held, limits)) is not None:
        yield higher
    if (other := _cross_sell(tier, currency, contracts, held)) is not None:
        yield other


def _seats(mrr: int, seats: int, use: Use) -> Chance | None:
    told = []
    if use.share is not None and use.share >= LIMIT:
        told.append(Sign("seats", _in_use(use, seats), use.as_of, use.people, seats or None))
    if _has_grown(use):
        told.append(Sign("growth", _grown(use), use.as_of))
    if not told:
        return None
    wanted = math.ceil((use.people or 0) / ROOM) - seats
    expected = round(mrr / seats * wanted) if seats and mrr and wanted > 0 else None
    return Chance(OpportunityKind.SEATS, tuple(told), expected)


def _in_use(use: Use, seats: int) -> Text:
    share = format.percent(use.share, "en", 0)
    if use.people is None or not seats:
        return Text(f"{share} of seats in weekly use", f"ライセンスの{share}が週次で利用中")
    return Text(
        f"{use.people:,.0f} of {seats:,} seats in weekly use ({share})",
        f"{seats:,}席のうち{use.people:,.0f}席が週次で利用中（{share}）",
    )


def _has_grown(use: Use) -> bool:
    if use.people is None or not use.before:
        return False
    more = use.people - use.before
    return more >= GROWTH_PEOPLE and more / use.before >= GROWTH


def _grown(use: Use) -> Text:
    was, now = f"{use.before or 0:,.0f}", f"{use.people or 0:,.0f}"
    return Text(
        f"Weekly active users {was} → {now} in {GROWTH_DAYS} days",
        f"週次アクティブユーザーが{GROWTH_DAYS}日で{was}→{now}人",
    )


def _upsell(
    tier: str, currency: str, contracts: Contracts, held: Sequence[Held], limits: Sequence[Limit]
) -> Chance | None:
    """A larger plan of a product that they have: a limit of the plan is near, or similar customers have it."""
    near = [one for one in limits if one.share >= LIMIT]
    options = [found for one in held if (found := _larger(tier, currency, contracts, one, near)) is not None]
    return max(options, key=lambda one: (one.expected or 0, one.plan or 0), default=None)


def _larger(tier: str, currency: str, contracts: Contracts, one: Held, near: Sequence[Limit]) -> Chance | None:
    own = (at for at in near if at.key in one.limits and at.product in (None, one.product))
    told = [Sign("plan", at.words, at.as_of, at.used, at.allowed) for at in own]
    above = []
    for key in contracts.plans_of.get(one.product, set()) - {one.plan}:
        shared = contracts.plan(tier, key, currency)
        if shared is not None and shared.typical is not None and shared.typical > one.mrr:
            above.append((shared.share, key, shared))
    best = max(above, key=lambda each: each[:2], default=None)
    if best is not None and best[0] >= COMMON:
        told.append(Sign("similar", _common(best[2], contracts.names["plan", best[1]]), None))
    if not told:
        return None
    if best is None:
        return Chance(OpportunityKind.UPSELL, tuple(told), None, one.product, None, one.product_name)
    _, key, shared = best
    expected, name = (shared.typical or 0) - one.mrr, contracts.names["plan", key]
    return Chance(OpportunityKind.UPSELL, tuple(told), expected, one.product, key, name)


def _cross_sell(tier: str, currency: str, contracts: Contracts, held: Sequence[Held]) -> Chance | None:
    """The product that most similar healthy customers have, and this one does not."""
    own, found = {one.product for one in held}, []
    for key in set(contracts.plans_of) - own:
        shared = contracts.product(tier, key, currency)
        if shared is not None and shared.share >= COMMON:
            found.append((shared.share, key, shared))
    if not found:
        return None
    _, key, shared = max(found, key=lambda each: each[:2])
    name = contracts.names["product", key]
    sign = Sign("similar", _common(shared, name), None)
    return Chance(OpportunityKind.CROSS_SELL, (sign,), shared.typical, key, None, name)


def _common(shared: Shared, name: str) -> Text:
    share = format.percent(shared.share, "en", 0)
    low, high = (format.percent(end, "en", 0) for end in shared.interval)
    return Text(
        f"{name}: {share} of {shared.n:,} similar healthy customers have it ({low}–{high})",
        f"{name}: 類似の健全な顧客{shared.n:,}社のうち{share}が利用（{low}〜{high}）",
    )


@dataclass(frozen=True, slots=True)
class Propensity:
    """The model's word on growth within 90 days; of one that only ranks, `p` is for the order alone."""

    p: float
    low: float
    high: float
    is_ranking: bool
    is_high: bool  # among the highest of a ranking
    as_of: date
    minor: int  # MRR in the reporting currency

    def sign(self) -> Sign | None:
        if self.is_ranking:
            words = Text(
                f"Among the {RANKED:.0%} that the model ranks most likely to grow",
                f"モデルの拡大見込み順位が上位{RANKED:.0%}",
            )
            return Sign("model", words, self.as_of) if self.is_high else None
        p, low, high = (format.percent(one, "en", 0) for one in (self.p, self.low, self.high))
        words = Text(f"Likely to grow within 90 days: {p} ({low}–{high})", f"90日以内の拡大確率 {p}（{low}〜{high}）")
        return Sign("model", words, self.as_of)
