"""REST: whom a playbook could reach now, and what a share left alone could show before anybody is."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from ninja import Field, Query, Router

from nenrin.api import playbooks as rest
from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict
from nenrin.api.playbooks import Both, said
from nenrin.api.reach import reachable
from nenrin.foundation.permissions import Permission
from nenrin.ingest import lakes
from nenrin.playbooks import audiences, families, holdouts, lives, setting
from nenrin.playbooks.effects import beforehand, reaching
from nenrin.playbooks.lives import Live
from nenrin.playbooks.models import Playbook

router = Router(tags=["playbooks"])
Key = Annotated[str, Field(max_length=60)]
VIEW = Permission.PLAYBOOKS_VIEW


class NamedOut(Strict):
    id: int
    name: str


class KeptOut(Strict):
    """Those whom one rule keeps out: the first by name, and how many there are. Each account is counted under the first rule."""

    rule: str
    name: Both
    count: int
    accounts: list[NamedOut]


class AudienceOut(Strict):
    """`met`: how many the condition holds for; `count`: of them may come in now, `accounts` the first of them by name.
    `undrawn`: how many of those are drawn only when they come in, each left alone with a chance of `chance` at most."""

    version: int
    met: int
    count: int
    accounts: list[NamedOut]
    undrawn: int
    chance: float
    out: list[KeptOut]


class FirstOf(Strict):
    limit: int = Field(100, ge=0, le=1000)


class ShareIn(Strict):
    """`share`: one that is thought of, in place of the playbook's own."""

    share: float | None = Field(None, ge=0, le=holdouts.HIGHEST_USUAL)


class ShowsOut(Strict):
    """`held` and `treated`: families after a year. `detectable`: the smallest effect that four times out of five would be
    found, in the metric's unit (churn: a share); null: none would. `needed`: families until the effect hoped for would
    show, `weeks`: until so many are through; null: not stated, or never."""

    share: float
    held: int
    treated: int
    detectable: float | None
    needed: int | None
    weeks: int | None


class BeforehandOut(Strict):
    """`families` may come in now; `left` never had an occasion; `a_week` of them come in (null: nothing tells yet);
    `in_a_year` are compared after a year. `base`: the metric's mean without the playbook over the last `days`, of `known`
    families; null where nothing is known, then nothing is told. A notice (`is_notice`) leaves nobody alone."""

    version: int
    metric: str
    days: int
    as_of: date
    is_notice: bool
    families: int
    left: int
    a_week: float | None
    in_a_year: int
    expected: float | None
    base: float | None
    known: int
    lines: list[ShowsOut]


@router.get("/{key}/audience", response=AudienceOut, summary="Get whom a playbook could reach now")
@grants(VIEW)
@said
def get_audience(request: ApiRequest, key: Key, first: Query[FirstOf]) -> Any:
    """Of the accounts in your scope, by the draft, else the live version; nothing is drawn to say so. The first `limit` of each are named."""
    live = _live(rest.one(key))
    fields, _ = setting.current()
    told = audiences.of(live, request.at, fields, reachable(request.member, VIEW))
    out = [
        {"rule": one.code, "name": rest.both(one.name), "count": len(one.accounts),
         "accounts": _named(one.accounts, first.limit)}
        for one in told.out
    ]  # fmt: skip
    return {"version": live.version.number, "met": told.met, "count": len(told.open),
            "accounts": _named(told.open, first.limit), "undrawn": len(told.chances),
            "chance": max(told.chances, default=0.0), "out": out}  # fmt: skip


@router.get("/{key}/beforehand", response=BeforehandOut, summary="Get what a share left alone could show")
@grants(VIEW)
@said
def get_beforehand(request: ApiRequest, key: Key, typed: Query[ShareIn]) -> Any:
    """Of the accounts in your scope: the smallest effect that would show, for the share asked for and two beside it."""
    live = _live(rest.one(key))
    fields, _ = setting.current()
    mine = reachable(request.member, VIEW)
    tops = families.tops_of(dict(mine.values_list("pk", "parent_id")))
    hoped, reached = reaching.hoped(live.document), reaching.of(live, fields, mine, tops, at=request.at)
    as_of, is_notice = reaching.closed(request.at), holdouts.is_notice(live.document)
    known = None if is_notice else beforehand.ground(lakes.current(), tops, hoped, as_of=as_of)
    share = live.document.holdout.share if typed.share is None else typed.share
    lines = beforehand.shows(known, hoped, reached, reaching.shares(share)) if known else []
    names = ("share", "held", "treated", "detectable", "needed", "weeks")
    return {
        "version": live.version.number, "metric": hoped.metric.key, "days": hoped.days, "as_of": as_of,
        "is_notice": is_notice, "families": reached.families, "left": reached.left, "a_week": reached.a_week,
        "in_a_year": reached.in_a_year, "expected": hoped.expected, "base": known.base if known else None,
        "known": known.known if known else 0,
        "lines": [{name: getattr(one, name) for name in names} for one in lines],
    }  # fmt: skip


def _live(row: Playbook) -> Live:
    """The version that is shown. Raises Unreadable."""
    fields, choices = setting.current()
    return lives.readable(rest.shown(row), fields, choices)


def _named(accounts: tuple[tuple[int, str], ...], limit: int) -> list[dict[str, Any]]:
    return [{"id": key, "name": name} for key, name in accounts[:limit]]
