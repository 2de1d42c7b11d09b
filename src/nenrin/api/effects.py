"""REST: what playbooks bring, against those left alone; to read."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import Http404
from ninja import Query, Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.permissions import Permission
from nenrin.ingest import lakes
from nenrin.insight import measures
from nenrin.playbooks.effects import outcomes, readings
from nenrin.playbooks.effects.outcomes import CHURN
from nenrin.playbooks.effects.readings import DAYS, Reading
from nenrin.playbooks.models import Exposure
from nenrin.values import Text

router = Router(tags=["playbooks"])
VIEW = Permission.PLAYBOOKS_VIEW


class Asking(Strict):
    """`metric`: churn, health, or a measure's key. `days` after each account's first occasion: 30, 90, 180 or 365."""

    metric: str = CHURN
    days: int = 90


class IntervalOut(Strict):
    low: float
    high: float


class EffectOut(Strict):
    """`effect`: mean of the treated less mean of those left alone, in the metric's unit (churn: a share). `interval`
    holds at every look together, `interval_once` at one look fixed beforehand. `treated` and `held` count families.
    `chance`: of groups as uneven as these if the draw was sound; below .001 the verdict is `mismatch`."""

    playbook: str
    metric: str
    days: int
    as_of: date
    verdict: Literal["mismatch", "few", "gain", "harm", "not_detectable", "none_seen"]
    treated: int
    held: int
    accounts: int
    waiting: int
    silent: int
    always: int
    share: float
    chance: float
    mean_treated: float | None
    mean_held: float | None
    effect: float | None
    interval: IntervalOut | None
    interval_once: IntervalOut | None
    detectable: float | None


@router.get("/{playbook}", response=EffectOut, summary="Get the effect of a playbook")
@grants(VIEW)
def get_effect(request: ApiRequest, playbook: str, asking: Query[Asking]) -> Any:
    """Of the accounts that the token's member may see; 404 where the playbook met none of them."""
    metric = outcomes.metric(asking.metric, measures.usable())
    if metric is None:
        raise Refused.one(
            "metric", Text("churn, health or a measure's key", "churn・health・指標のキーのいずれか"), asking.metric
        )
    if asking.days not in DAYS:
        raise Refused.one("days", Text("30, 90, 180 or 365", "30・90・180・365のいずれか"), asking.days)
    mine = Account.objects.for_member(request.member, VIEW).values("pk")
    rows = Exposure.objects.filter(playbook__key=playbook, account__in=mine)
    if not rows.exists():
        raise Http404(f"no playbook {playbook!r} has met an account")
    today = organisation.today(request.at)
    return _told(playbook, readings.read(lakes.current(), rows, metric, asking.days, as_of=today))


def _told(playbook: str, reading: Reading) -> dict[str, Any]:
    found = reading.readout
    return {
        "playbook": playbook, "metric": reading.metric.key, "days": reading.days, "as_of": reading.as_of,
        "verdict": found.verdict, "treated": found.treated, "held": found.held, "accounts": found.accounts,
        "waiting": reading.waiting, "silent": reading.silent, "always": reading.always, "share": reading.share,
        "chance": found.chance, "mean_treated": found.mean, "mean_held": found.base, "effect": found.effect,
        "interval": found.now and found.now._asdict(), "interval_once": found.once and found.once._asdict(),
        "detectable": found.detectable,
    }  # fmt: skip
