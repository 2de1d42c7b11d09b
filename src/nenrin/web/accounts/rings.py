"""Growth rings for pages: closed terms from their projection, the running one from the account itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from nenrin.customers.models import Account
from nenrin.insight.models import Health, Ring
from nenrin.web.charts.bands import band_of
from nenrin.web.charts.ring import Growing, Tree, Year


def trees(accounts: Iterable[Account], health: dict[int, Health], today: date) -> dict[int, Tree]:
    """The rings of some accounts by id; one query. An account that never had a term has no tree."""
    wanted = list(accounts)
    years: dict[int, list[Year]] = defaultdict(list)
    grown_by_then = Ring.objects.filter(account__in=[account.pk for account in wanted])
    for key, band, growth, score in grown_by_then.values_list("account_id", "band", "growth", "score"):
        years[key].append(Year(band_of(band), growth, score))
    grown = {a.pk: Tree(tuple(years[a.pk]), _growing(a, health.get(a.pk), today)) for a in wanted}
    return {key: tree for key, tree in grown.items() if tree.years or tree.growing}


def _growing(account: Account, health: Health | None, today: date) -> Growing | None:
    if account.term_from is None or account.renewal_on is None:
        return None
    whole = (account.renewal_on - account.term_from).days or 1
    elapsed = min(max((today - account.term_from).days / whole, 0.0), 1.0)
    if health is None:
        return Growing("unknown", elapsed)
    return Growing(band_of(health.band), elapsed, score=health.score)
