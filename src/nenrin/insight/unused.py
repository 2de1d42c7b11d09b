"""Features that healthy accounts of the same tier use and this one does not: what could be shown to it, with how many use it;
and as the next best action, to introduce the first of them.

A share is counted, not proven: that healthy accounts use a feature does not say that it made them healthy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nenrin.analytics.intervals import Interval, wilson
from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.foundation import format
from nenrin.ingest import lakes
from nenrin.insight.models import Health
from nenrin.values import Text

DAYS = 28
#: Fewer like it say nothing reliable; more are not read.
LEAST_PEERS, MOST_PEERS = 10, 300
#: From so many of them on, using it is what such accounts do.
LEAST_SHARE = 0.5
MOST = 5
#: As actions, no more than a person can take up; how far back it is looked whether the account ever used them.
MOST_ACTIONS, MEMORY_DAYS = 2, 730


_NAME = "coalesce(nullif(feature, ''), event)"


@dataclass(frozen=True, slots=True)
class Unused:
    """One feature: how many of the peers used it in the last days, as a share with its 95 % interval."""

    name: str
    is_key: bool
    users: int
    share: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Peers:
    """`count` healthy customers of the tier, the healthiest first where there are more than are read."""

    tier: str
    count: int
    features: tuple[Unused, ...]

    @property
    def is_enough(self) -> bool:
        return self.count >= LEAST_PEERS


def unused(account: Account, as_of: date) -> Peers:
    """In the four weeks up to and with a day, as known now; key features first, then those that most use."""
    peers = _peers(account)
    if len(peers) < LEAST_PEERS:
        return Peers(account.tier, len(peers), ())
    found = [_told(name, is_key, users, len(peers)) for name, is_key, users in _used(account.pk, peers, as_of)]
    kept = sorted(
        (one for one in found if one.share >= LEAST_SHARE), key=lambda one: (not one.is_key, -one.share, one.name)
    )
    return Peers(account.tier, len(peers), tuple(kept[:MOST]))


@dataclass(frozen=True, slots=True)
class Introduction:
    """To introduce one feature: a heuristic. `last` is when the account used it last, None: never in MEMORY_DAYS."""

    feature: Unused
    peers: int
    tier: str
    last: date | None
    as_of: date

    @property
    def step(self) -> Text:
        return Text(f"Introduce {self.feature.name}", f"「{self.feature.name}」を紹介する")

    @property
    def evidence(self) -> Text:
        one, n = self.feature, self.peers
        share, low, high = (format.percent(x, "en", 0) for x in (one.share, one.interval.low, one.interval.high))
        return Text(
            f"{one.users} of {n} healthy customers of the same tier use it ({share}, 95% interval {low}–{high}); {self._own.en}",
            f"同じ企業規模の健全な顧客{n}社のうち{one.users}社が利用（{share}、95%信頼区間{low}〜{high}）。{self._own.ja}",
        )

    @property
    def _own(self) -> Text:
        if self.last is None:
            months = MEMORY_DAYS // 365 * 12
            return Text(f"this one never did in {months} months", f"この顧客は過去{months}か月で利用なし")
        return Text(
            f"this one last did on {format.day(self.last)}", f"この顧客の最終利用は{format.day(self.last, 'ja')}"
        )


def introductions(account: Account, as_of: date) -> tuple[Introduction, ...]:
    """What to introduce next, the key features first; nothing for whoever is no customer, or has too few like it."""
    if account.status != Status.CUSTOMER:
        return ()
    peers = unused(account, as_of)
    wanted = peers.features[:MOST_ACTIONS]
    last = _last_used(account.pk, [one.name for one in wanted], as_of) if wanted else {}
    return tuple(Introduction(one, peers.count, peers.tier, last.get(one.name), as_of) for one in wanted)


_LAST = f"""
select {_NAME} as name, max(day) from usage
where account = ? and day >= ? and day < ? and list_contains(?::varchar[], {_NAME}) group by 1
"""


def _last_used(account: int, names: Sequence[str], as_of: date) -> Mapping[str, date]:
    days = (as_of - timedelta(days=MEMORY_DAYS), as_of + timedelta(days=1))
    with lakes.current().usage(days, known=as_of, accounts=[account]) as db:
        return dict(db.execute(_LAST, [account, *days, list(names)]).fetchall())


def _peers(account: Account) -> list[int]:
    """None for an account without a tier: it is like nobody in particular."""
    if not account.tier:
        return []
    rows = Health.objects.filter(band="healthy", account__tier=account.tier, account__status="customer")
    rows = rows.filter(account__archived_at__isnull=True).exclude(account=account)
    return list(rows.order_by("-score", "account").values_list("account_id", flat=True)[:MOST_PEERS])


_USED = f"""
select {_NAME} as name, bool_or(use in ('key_feature', 'first_value')), count(distinct account)
from usage where use not in ('ignore', 'login') and event not like '$%' and day >= ? and day < ?
group by 1 having not bool_or(account = ?)
"""


def _used(account: int, peers: Sequence[int], as_of: date) -> list[tuple[str, bool, int]]:
    """Features that peers used and the account did not."""
    days = (as_of - timedelta(days=DAYS - 1), as_of + timedelta(days=1))
    with lakes.current().usage(days, known=as_of, accounts=[account, *peers]) as db:
        return db.execute(_USED, [*days, account]).fetchall()


def _told(name: str, is_key: bool, users: int, peers: int) -> Unused:
    interval = wilson(users, peers)
    assert interval is not None  # there are peers
    return Unused(name, is_key, users, users / peers, interval)
