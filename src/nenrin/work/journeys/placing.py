"""Which journey an account is on: the first whose segment or touch model it has, else the one for everybody else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.foundation import bulk
from nenrin.insight.models import SegmentMembership
from nenrin.work.models import Journey, JourneyVersion

#: Who is on no journey, whatever stage was once told of them.
GONE: Final = (Status.LOST, Status.INTERNAL_TEST)


def standing(accounts: QuerySet[Account]) -> QuerySet[Account]:
    """Those that are on a journey at all."""
    return accounts.filter(archived_at__isnull=True).exclude(status__in=GONE)


def on(accounts: QuerySet[Account], version: JourneyVersion, versions: Sequence[JourneyVersion]) -> QuerySet[Account]:
    """Of these accounts those on this journey; `versions` are all in use, in their order."""
    return _placed(standing(accounts), version, versions)


def ever(accounts: QuerySet[Account], version: JourneyVersion, versions: Sequence[JourneyVersion]) -> QuerySet[Account]:
    """As `on`, with customers who left: how long stages take is told of them too."""
    rows = accounts.filter(archived_at__isnull=True).exclude(status=Status.INTERNAL_TEST)
    return _placed(rows, version, versions)


def _placed(rows: QuerySet[Account], version: JourneyVersion, versions: Sequence[JourneyVersion]) -> QuerySet[Account]:
    rows = rows.filter(_fits(version.journey))
    for earlier in _before(version, versions):
        rows = rows.exclude(_fits(earlier))
    return rows


def of(accounts: Iterable[int], versions: Sequence[JourneyVersion]) -> Mapping[int, JourneyVersion]:
    """The journey of each of these accounts; none for those that no journey is for. A query a journey."""
    wanted, found = set(accounts), dict[int, JourneyVersion]()
    for version in versions:
        if not wanted:
            break
        rows = Account.objects.filter(_fits(version.journey), pk__in=wanted)
        mine = set(rows.values_list("pk", flat=True)) if _asks(version.journey) else wanted
        found |= dict.fromkeys(mine, version)
        wanted = wanted - mine
    return found


def among(accounts: Iterable[Account], versions: Sequence[JourneyVersion]) -> Mapping[int, JourneyVersion]:
    """The same for accounts that are at hand, with status and touch model, and not archived: a query at most, for all
    segments."""
    rows = [one for one in accounts if one.status not in GONE]
    segments = {one.journey.segment_id for one in versions if one.journey.segment_id}
    inside: set[tuple[int, int]] = set()
    if segments and rows:
        held = SegmentMembership.objects.filter(
            segment__in=segments, left_at__isnull=True, account__in=bulk.among([one.pk for one in rows])
        )
        inside = set(held.values_list("account_id", "segment_id"))
    found = ((row.pk, next((one for one in versions if _holds(row, one.journey, inside)), None)) for row in rows)
    return {key: version for key, version in found if version is not None}


def _holds(account: Account, journey: Journey, inside: set[tuple[int, int]]) -> bool:
    if journey.segment_id:
        return (account.pk, journey.segment_id) in inside
    return not journey.touch_model or account.touch_model == journey.touch_model


def one(account: Account, versions: Sequence[JourneyVersion]) -> JourneyVersion | None:
    """The journey of this account; none for one that is on none."""
    if account.archived_at is not None or account.status in GONE:
        return None
    return of([account.pk], versions).get(account.pk)


def _asks(journey: Journey) -> bool:
    return bool(journey.segment_id or journey.touch_model)


def _fits(journey: Journey) -> Q:
    if journey.segment_id:
        inside = SegmentMembership.objects.filter(segment=journey.segment_id, left_at__isnull=True)
        return Q(Exists(inside.filter(account=OuterRef("pk"))))
    return Q(touch_model=journey.touch_model) if journey.touch_model else Q()


def _before(version: JourneyVersion, versions: Sequence[JourneyVersion]) -> list[Journey]:
    earlier = []
    for one in versions:
        if one.journey_id == version.journey_id:
            break
        earlier.append(one.journey)
    return earlier
