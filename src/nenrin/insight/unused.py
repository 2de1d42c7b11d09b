"""Features that healthy accounts of the same tier use and this one does not: what could be shown to it, with how many use it.

A share is counted, not proven: that healthy accounts use a feature does not say that it made them healthy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nenrin.analytics.intervals import Interval, wilson
from nenrin.customers.models import Account
from nenrin.ingest import lakes
from nenrin.insight.models import Health

DAYS = 28
#: Fewer like it say nothing reliable; more are not read.
LEAST_PEERS, MOST_PEERS = 10, 300
#: From so many of them on, using it is what such accounts do.
LEAST_SHARE = 0.5
MOST = 5


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


def _peers(account: Account) -> list[int]:
    """None for an account without a tier: it is like nobody in particular."""
    if not account.tier:
        return []
    rows = Health.objects.filter(band="healthy", account__tier=account.tier, account__status="customer")
    rows = rows.filter(account__archived_at__isnull=True).exclude(account=account)
    return list(rows.order_by("-score", "account").values_list("account_id", flat=True)[:MOST_PEERS])


_USED = """
select coalesce(nullif(feature, ''), event) as name, bool_or(use in ('key_feature', 'first_value')), count(distinct account)
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
