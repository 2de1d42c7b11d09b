"""Who is left alone: decided once, written down at the first occasion, the same for a whole corporate family."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Q

from nenrin.analytics.conditions import Fields
from nenrin.analytics.effects import assignment
from nenrin.foundation import bulk
from nenrin.foundation.actors import SYSTEM
from nenrin.playbooks import families, gates, holdouts, places, reasons
from nenrin.playbooks.documents.playbooks import Playbook as Document
from nenrin.playbooks.lives import Live
from nenrin.playbooks.models import Exposure, UniversalExposure
from nenrin.playbooks.models.run import RunState

ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A family's arm, and the chance with which it could have been left alone when it was drawn."""

    arm: str
    share: float


@dataclass(frozen=True, slots=True)
class Decided:
    """Who is left alone, with why, and what was drawn for whom, to be written down: by the playbook, and by the universal
    draw at each one's first occasion since there is a group. `tops` of their families. `places`: in the playbook's own draw
    and in the universal one; `written`: families whose arm stood before; `share`: of the universal group."""

    held: dict[int, gates.Verdict]
    fresh: dict[int, Drawn]
    universal: dict[int, Drawn]
    tops: dict[int, int]
    places: tuple[places.Drawn, places.Drawn] = (places.NOBODY, places.NOBODY)
    written: frozenset[int] = frozenset()
    share: float = 0.0


def drawn_alone(document: Document, parents: Mapping[int, int | None]) -> frozenset[int]:
    """The accounts (id -> parent's id) that today's shares would leave alone, whatever is written of them; who is on the
    list of exclusions is not known of the past, so it is not asked here.
    """
    if holdouts.is_notice(document):
        return frozenset()
    tops = families.tops_of(parents)
    held: set[int] = set()
    for draw, share in ((places.own(document.key), document.holdout.share), (places.UNIVERSAL, holdouts.share())):
        if share:
            found = places.drawn(draw, set(tops.values())).places
            held |= {top for top, place in found.items() if holdouts.holds(place, share)}
    return frozenset(account for account, top in tops.items() if top in held)


def settle(
    live: Live, accounts: Sequence[gates.Candidate], known: gates.Known, at: datetime, fields: Fields | None = None
) -> dict[int, gates.Verdict]:
    """The accounts that are left alone, with why; every account's arm is written down at its first occasion, also where
    nobody is left alone: who was reached, and since when, is part of every reading of effects.
    """
    if live.document.holdout.share:
        holdouts.keep_danger_helped(by=SYSTEM, at=at)
    places.hold(live.row)
    found = decided(live, accounts, known, at, fields)
    for draw in found.places:
        places.keep(draw, at)
    _keep(live, found, gates.strata([account.pk for account in accounts]), at)
    return found.held


def _keep(live: Live, found: Decided, strata: Mapping[int, str], at: datetime) -> None:
    """Write down whose arm was not. While `places` are held nobody else does."""
    known = UniversalExposure.objects.filter(account__in=bulk.among(sorted(found.universal)))
    stand = set(known.values_list("account", flat=True))
    bulk.insert([
        bulk.made(UniversalExposure, playbook_id=live.row.pk, **_drawn_for(pk, drawn, found, strata, at))
        for pk, drawn in found.universal.items() if pk not in stand
    ])  # fmt: skip
    ours = Exposure.objects.filter(playbook=live.row, account__in=bulk.among(sorted(found.fresh)))
    stand = set(ours.values_list("account", flat=True))
    number = live.version.number
    bulk.insert([
        bulk.made(Exposure, playbook_id=live.row.pk, version=number, **_drawn_for(pk, drawn, found, strata, at))
        for pk, drawn in found.fresh.items() if pk not in stand
    ])  # fmt: skip


def _drawn_for(account: int, drawn: Drawn, found: Decided, strata: Mapping[int, str], at: datetime) -> dict[str, Any]:
    """What both kinds of row say."""
    return {"account_id": account, "arm": drawn.arm, "share": drawn.share, "cluster": found.tops[account],
            "strata": strata.get(account, ""), "at": at}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Why an account is left alone, as far as that was drawn. Where it is drawn only when it first comes in there is no
    verdict, but the `chance` of being left alone: whoever knew more could choose whom to let in first."""

    verdict: gates.Verdict | None = None
    chance: float = 0.0


def foreseen(
    live: Live, account: gates.Candidate, known: gates.Known, at: datetime, fields: Fields | None = None
) -> Foreseen:
    """What is known beforehand of this account's arm. Nothing is written, nothing drawn."""
    return foreseen_each(live, [account], known, at, fields)[account.pk]


def foreseen_each(
    live: Live, accounts: Sequence[gates.Candidate], known: gates.Known, at: datetime, fields: Fields | None = None
) -> dict[int, Foreseen]:
    """The same of many, by id."""
    own, tops = live.document.holdout.share, families.tops(accounts)
    every = bulk.among(sorted(set(tops.values())))
    was_held = Exposure.objects.filter(playbook=live.row, cluster__in=every, arm=assignment.HOLDOUT)
    if not own and not holdouts.share() and not was_held.exists():
        return dict.fromkeys(tops, Foreseen())
    found = decided(live, accounts, known, at, fields, draws=False)
    always = {pk for told in (found.fresh, found.universal) for pk, drawn in told.items() if drawn.arm == ALWAYS}
    ours, group = found.written | found.places[0].places.keys(), found.places[1].places.keys()
    universal, lots = found.share, dict[tuple[bool, bool], Foreseen]()
    told = {}
    for pk, top in tops.items():
        if pk in found.held or pk in always:
            told[pk] = Foreseen(found.held.get(pk))
            continue
        lot = top in ours, top in group
        if lot not in lots:
            lots[lot] = Foreseen(chance=1 - (1 - (0.0 if lot[0] else own)) * (1 - (0.0 if lot[1] else universal)))
        told[pk] = lots[lot]
    return told


def decided(
    live: Live, accounts: Sequence[gates.Candidate], known: gates.Known, at: datetime, fields: Fields | None = None,
    *, draws: bool = True,
) -> Decided:  # fmt: skip
    """What would be settled if these accounts came in now; nothing is written. Without `draws`: only by what was drawn before.

    Whoever belongs to the universal group now is left alone, whatever was drawn before, unless the list of exclusions
    says otherwise. By a playbook's own share, nobody on that list is left alone either; a legal or contractual notice
    leaves nobody alone at all. Whoever was once never to be left alone stays so.
    """
    if not accounts:
        return Decided({}, {}, {}, {})
    tops = families.tops(accounts)
    listed, share = holdouts.exclusions(), live.document.holdout.share
    spared = _spared(live, accounts) | known.never
    if holdouts.is_notice(live.document) or live.row.pk in listed.playbooks:
        spared |= {account.pk for account in accounts}
    written = _written(live, set(tops.values()))
    group = _group(live, [one for one in accounts if one.pk not in spared], tops, at, fields, listed, draws)
    spared |= group.helped if share else frozenset()
    fell = {tops[one.pk] for one in accounts if one.pk not in spared} - written.keys()
    own = _places(places.own(live.row.key), fell, draws) if share else places.NOBODY
    ours = _standing(live, written, own, group)
    fresh: dict[int, Drawn] = {}
    held: dict[int, gates.Verdict] = {}
    for account in accounts:
        top = tops[account.pk]
        is_outside = account.pk in group.outside
        drawn = written.get(top) or _drawn(ours, top, share, group.share if account.pk not in group.helped else 0.0)
        is_freed = drawn.arm == assignment.HOLDOUT and _is_freed(live, account, top, share, group, ours)
        is_held = is_outside or (drawn.arm == assignment.HOLDOUT and not is_freed)
        if account.pk in spared or (drawn.arm == assignment.HOLDOUT and not is_held):
            fresh[account.pk] = Drawn(ALWAYS, drawn.share)
        elif is_held == (drawn.arm == assignment.HOLDOUT):  # else the universal group alone holds it back, for now
            fresh[account.pk] = drawn
        if account.pk not in spared and is_held:
            held[account.pk] = _verdict(is_outside, share, group.share)
    return Decided(held, fresh, group.arms, tops, (own, group.drawn), frozenset(written), group.share)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where families stand in the playbook's own draw and in the universal one, as far as they were drawn."""

    own: Mapping[int, float]
    universal: Mapping[int, float]


def _standing(live: Live, written: Mapping[int, Drawn], own: places.Drawn, group: _Group) -> _Places:
    """With the places of those who were left alone before."""
    before = {top for top, one in written.items() if one.arm == assignment.HOLDOUT}
    return _Places(
        {**places.written(places.own(live.row.key), before), **own.places},
        {**places.written(places.UNIVERSAL, before), **group.drawn.places},
    )


def _places(draw: str, tops: Collection[int], draws: bool) -> places.Drawn:
    return places.drawn(draw, tops) if draws else places.Drawn(places.written(draw, tops), [])


@dataclass(frozen=True, slots=True)
class _Group:
    """Of some accounts: who is left alone by the universal draw now, and who is on the list of exclusions.

    `arms`: of each one, at the first occasion since there is a group. `drawn`: where their families stand.
    """

    share: float
    outside: frozenset[int]
    helped: frozenset[int]
    arms: dict[int, Drawn]
    drawn: places.Drawn = places.NOBODY


def _group(
    live: Live, accounts: Sequence[gates.Candidate], tops: dict[int, int], at: datetime,
    fields: Fields | None, listed: holdouts.Exclusions, draws: bool,
) -> _Group:  # fmt: skip
    """The universal draw of these accounts. Those that are never held back by the playbook itself are no part of it:
    it is no occasion for them, both arms are helped alike.
    """
    share = holdouts.share()
    if not share and not live.document.holdout.share:
        return _Group(0.0, frozenset(), frozenset(), {})
    helped = frozenset(holdouts.helped(listed, [account.pk for account in accounts], at, fields))
    if not share:
        return _Group(0.0, frozenset(), helped, {})
    found = _places(places.UNIVERSAL, {tops[account.pk] for account in accounts}, draws)
    inside = {account.pk for account in accounts if holdouts.holds(found.places.get(tops[account.pk]), share)}
    drawn = {arm: Drawn(arm, share) for arm in (assignment.HOLDOUT, assignment.TREATED, ALWAYS)}
    arms = {}
    for account in accounts:
        arm = assignment.HOLDOUT if account.pk in inside else assignment.TREATED
        arms[account.pk] = drawn[ALWAYS if account.pk in helped else arm]
    return _Group(share, frozenset(inside - helped), helped, arms, found)


def _is_freed(live: Live, account: gates.Candidate, top: int, share: float, group: _Group, ours: _Places) -> bool:
    """Held back by the universal draw alone, and helped now: by the list of exclusions, or since the group is smaller.

    Before places were written down an arm followed from the hash of the family alone.
    """
    place = ours.universal.get(top, assignment.point(places.UNIVERSAL, top))
    if account.pk not in group.helped and holdouts.holds(place, group.share):
        return False
    own = assignment.arm(ours.own.get(top, assignment.point(live.row.key, top)), share)
    return holdouts.holds(place, holdouts.HIGHEST_SHARE) and own != assignment.HOLDOUT


def _drawn(ours: _Places, top: int, share: float, universal: float) -> Drawn:
    """Left alone by the universal draw or by the playbook's own: either is enough."""
    chance = 1 - (1 - universal) * (1 - share)
    if holdouts.holds(ours.universal.get(top), universal) or holdouts.holds(ours.own.get(top), share):
        return _once(assignment.HOLDOUT, chance)
    return _once(assignment.TREATED, chance)


@lru_cache(maxsize=64)
def _once(arm: str, chance: float) -> Drawn:
    """The same object for the many who were drawn alike."""
    return Drawn(arm, chance)


def _verdict(is_universal: bool, share: float, universal: float) -> gates.Verdict:
    if is_universal:
        return gates.Verdict(RunState.HELD_OUT, "universal", reasons.said("universal", percent=f"{universal * 100:g}"))
    return gates.Verdict(RunState.HELD_OUT, "held_out", reasons.said("held_out", percent=f"{share * 100:g}"))


def _spared(live: Live, accounts: Sequence[gates.Candidate]) -> frozenset[int]:
    """Those who were never to be left alone at their first occasion."""
    these = bulk.among([one.pk for one in accounts])
    rows = Exposure.objects.filter(arm=ALWAYS, playbook=live.row, account__in=these)
    return frozenset(rows.values_list("account", flat=True))


def _written(live: Live, tops: set[int]) -> dict[int, Drawn]:
    """What was drawn for families that had an occasion before, with the chance of that day."""
    these = bulk.among(sorted(tops))
    rows = Exposure.objects.filter(~Q(arm=ALWAYS), playbook=live.row, cluster__in=these).order_by("-pk")
    return {cluster: Drawn(arm, share) for cluster, arm, share in rows.values_list("cluster", "arm", "share")}
