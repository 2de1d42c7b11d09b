"""Random histories, lived day by day through the product's own verbs, and replayed at once afterwards.

Each history is an account (or two that merge) with its late, corrected, moved, merged, undone and re-configured
facts, pulses, overrides, hard events and model versions. `python -m tests.insight.histories SEED HISTORIES DAYS`
lives some in a home of their own and prints what differs.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nenrin.customers.models import Account
    from tests.insight.world import World

FEATURES = ("export", "share", "board")


@dataclass
class History:
    """What one history has said so far, so that it can correct and take back."""

    name: str
    accounts: list[Account]
    random: Random
    said: list[tuple[str, str, int | None, dict[str, Any]]] = field(default_factory=list)
    merged: bool = False
    number: int = 0


@dataclass(frozen=True)
class Outcome:
    """Account-days compared, and those that differ with the fields that do."""

    histories: int
    compared: int
    differences: list[dict[str, Any]]


def live(world: World, *, histories: int, days: int, seed: int) -> Outcome:
    """Live through the days, closing each, then replay them all on one grid and compare every record."""
    random = Random(seed)
    first = world.today
    _declare(world)
    lives = [_born(world, n, Random(random.random())) for n in range(histories)]
    for _ in range(days):
        if random.random() < 0.3:
            _reconfigure(world, random)
        for one in lives:
            for act in one.random.choices(ACTS, k=one.random.randint(1, 3)):
                act(world, one)
        world.end_day()
    return compared(world, first, world.today - timedelta(1), histories)


def _declare(world: World) -> None:
    """An attribute that models may read, as a measure and in their conditions."""
    from nenrin.customers import attributes  # noqa: PLC0415
    from nenrin.customers.statuses import AttributeKind  # noqa: PLC0415
    from nenrin.foundation.actors import SYSTEM  # noqa: PLC0415
    from nenrin.values import Text  # noqa: PLC0415

    name = Text("Stores", "店舗数")
    attributes.declare("stores", name=name, kind=AttributeKind.NUMBER, by=SYSTEM, at=world.now)


def compared(world: World, first: date, last: date, histories: int) -> Outcome:
    """Every stored record beside the same computed now, on one grid, as known on each day."""
    from nenrin.analytics.scores import records  # noqa: PLC0415
    from nenrin.insight import backfill, history  # noqa: PLC0415  (after Django is set up)
    from nenrin.insight.modelling import configuration  # noqa: PLC0415

    live_then = configuration.between(first, last)
    stored = history.records(world.lake, first, last, live_then)
    replayed = {
        (record.account, record.day): record
        for lived in backfill.walked(world.lake, first, last, live_then)
        for day in lived
        for record in records.records(day, live_then.versions)
    }
    return Outcome(histories, len(stored), _different(stored, replayed))


def _different(stored: dict[Any, Any], replayed: dict[Any, Any]) -> list[dict[str, Any]]:
    found = []
    for key in sorted(stored.keys() | replayed.keys()):
        left, right = stored.get(key), replayed.get(key)
        if left == right:
            continue
        if left is None or right is None:
            found.append({"account": key[0], "day": key[1], "only": "stored" if left else "replayed"})
            continue
        was, now = left.to_json(), right.to_json()
        found.append({"account": key[0], "day": key[1], **{k: [was[k], now[k]] for k in was if was[k] != now[k]}})
    return found


def _born(world: World, number: int, random: Random) -> History:
    name = f"h{number}"
    count = 2 if random.random() < 0.4 else 1
    accounts = [world.open(f"{name}.{n}") for n in range(count)]
    one = History(name, accounts, random)
    for account in accounts:
        world.subscribe(account, seats=random.choice((1, 3, 10)))
        _use(world, one)
    return one


def _who(one: History) -> tuple[int, Account]:
    place = one.random.randrange(len(one.accounts))
    return place, one.accounts[place]


def _say(
    world: World, one: History, kind: str, key: str, account: int | None, body: dict[str, Any], **more: Any
) -> None:
    one.said.append((kind, key, account, body))
    world.say(kind, key, account, body, **more)


def _new(one: History, word: str) -> str:
    one.number += 1
    return f"{one.name}.{word}.{one.number}"


def _use(world: World, one: History) -> None:
    place, _ = _who(one)
    late = one.random.choice((0, 0, 0, 1, 4, 12))
    event = one.random.choice(("signed_in", "exported", "shared", "opened"))
    user = f"{one.name}.u{one.random.randrange(4)}"
    world.use(
        f"{one.name}.{place}", event=event, user=user, times=one.random.randint(1, 6), on=world.today - timedelta(late)
    )


def _ticket(world: World, one: History) -> None:
    opened = world.today - timedelta(one.random.choice((0, 0, 1, 6)))
    body = {
        "priority": one.random.choice(("urgent", "urgent", "normal")),
        "kind": "problem",
        "opened_on": opened,
        "resolved_on": None,
    }
    _say(world, one, "ticket", _new(one, "t"), _who(one)[1].pk, body, valid=opened)


def _answer(world: World, one: History) -> None:
    answered = world.today - timedelta(one.random.choice((0, 2, 9)))
    body = {"survey": "nps", "score": one.random.randint(0, 10), "answered_on": answered, "role": ""}
    _say(world, one, "answer", _new(one, "a"), _who(one)[1].pk, body, valid=answered)


def _touch(world: World, one: History) -> None:
    on = world.today - timedelta(one.random.choice((0, 1, 5)))
    body = {"channel": "call", "direction": "out", "human": True, "on": on, "minutes": 10}
    _say(world, one, "touch", _new(one, "c"), _who(one)[1].pk, body, valid=on)


def _correct(world: World, one: History) -> None:
    """Something said before was not quite so."""
    tickets = [said for said in one.said if said[0] in ("ticket", "answer")]
    if not tickets:
        return
    kind, key, account, body = one.random.choice(tickets)
    changed = {"resolved_on": world.today} if kind == "ticket" else {"score": one.random.randint(0, 10)}
    _say(world, one, kind, key, account, {**body, **changed}, valid=body.get("opened_on") or body.get("answered_on"))


def _take_back(world: World, one: History) -> None:
    if one.said:
        kind, key, account, body = one.random.choice(one.said)
        world.say(kind, key, account, body, gone=True)


def _contract(world: World, one: History) -> None:
    """Seats change, the term ends, or it goes on."""
    _, account = _who(one)
    ended = one.random.random() < 0.2
    more = {"status": "ended", "ended_on": world.today} if ended else {}
    world.subscribe(account, seats=one.random.choice((1, 2, 5, 20)), **more)


def _standing(world: World, one: History) -> None:
    """Another tier or touch model, lost, or back again."""
    _, account = _who(one)
    body = {
        "status": one.random.choice(("customer", "customer", "customer", "lost")),
        "tier": one.random.choice(("enterprise", "mid", "smb")),
        "touch_model": one.random.choice(("high", "tech")),
        "stage": "", "industry": "", "region": "", "parent": None, "tags": [],
        "attributes": one.random.choice(({}, {"stores": 3}, {"stores": 12.5}, {"stores": "many"})),
        "customer_since": world.today - timedelta(one.random.choice((5, 60, 400))), "lost_on": None,
    }  # fmt: skip
    world.say("account", str(account.pk), account.pk, body, valid=world.today)


def _merge(world: World, one: History) -> None:
    if len(one.accounts) < 2:
        return
    survivor, absorbed = one.accounts
    world.say("survivor", str(absorbed.pk), absorbed.pk, {"survivor": survivor.pk}, gone=one.merged)
    one.merged = not one.merged


def _move_key(world: World, one: History) -> None:
    """The source's group turns out to be the other account, from some day on."""
    if len(one.accounts) < 2:
        return
    place, _ = _who(one)
    to = one.random.choice(one.accounts)
    since = world.today - timedelta(one.random.choice((0, 3, 30)))
    world.say("key", f"product|g:{one.name}.{place}", to.pk, {}, valid=since)


def _pulse(world: World, one: History) -> None:
    from nenrin.foundation.actors import SYSTEM  # noqa: PLC0415
    from nenrin.insight import pulses  # noqa: PLC0415
    from nenrin.insight.models import Pulse  # noqa: PLC0415

    _, account = _who(one)
    given = Pulse.objects.filter(account=account, lifted_at__isnull=True).last()
    if given and one.random.random() < 0.3:
        pulses.lift(given, by=SYSTEM, at=world.now)
        return
    until = world.today + timedelta(one.random.choice((1, 4, 45)))
    pulses.give(account.pk, one.random.randint(1, 6), by=SYSTEM, at=world.now, expires_on=until)


def _override(world: World, one: History) -> None:
    from nenrin.foundation.actors import SYSTEM  # noqa: PLC0415
    from nenrin.insight import overrides  # noqa: PLC0415
    from nenrin.insight.models import Override  # noqa: PLC0415

    _, account = _who(one)
    there = Override.objects.filter(account=account, lifted_at__isnull=True).first()
    if there and one.random.random() < 0.5:
        overrides.lift(there, by=SYSTEM, at=world.now)
        return
    what: dict[str, Any] = one.random.choice(({"band": "healthy"}, {"band": "at_risk"}, {"score": 55.5}))
    until = world.today + timedelta(one.random.choice((1, 3, 30)))
    overrides.set_(account.pk, by=SYSTEM, at=world.now, reason="random", expires_on=until, **what)


def _hard_event(world: World, one: History) -> None:
    from nenrin.foundation.actors import SYSTEM  # noqa: PLC0415
    from nenrin.insight import hard_events  # noqa: PLC0415

    _, account = _who(one)
    event = one.random.choice(tuple(hard_events.EVENTS))
    until = world.today + timedelta(one.random.choice((1, 5, 20)))
    hard_events.tell(account.pk, event, by=SYSTEM, at=world.now, reason="random", expires_on=until)


def _reconfigure(world: World, random: Random) -> None:
    """The event catalogue or a model changes for everybody."""
    if random.random() < 0.5:
        event = random.choice(("signed_in", "exported", "shared", "opened"))
        use = random.choice(("login", "key_feature", "key_feature", "ignore", "other"))
        feature = random.choice(FEATURES) if use == "key_feature" else None
        world.say("mapping", f"product|{event}", None, {"use": use, "feature": feature})
        return
    if random.random() < 0.3:
        _read_attribute(world, random)
        return
    changed = random.choice(
        (
            {"half_life_days": random.choice((0, 3, 14))},
            {"caps": []},
            {"min_coverage": random.choice((0.2, 0.5))},
            {"bands": {"healthy": 65, "caution": 45, "hysteresis": 2, "dwell_days": 1}},
            {"typical": {"default": 50, "enterprise": 70}},
            {"grace_days": 10},
        )
    )
    model = world.model(random.choice(("standard", "standard", "tech_touch", "onboarding")), **changed)
    if random.random() < 0.4:
        groups = [
            group for group in model.document["groups"] if group["key"] != random.choice(("support", "sentiment"))
        ]
        world.model(model.key, groups=groups)


def _read_attribute(world: World, random: Random) -> None:
    """A model begins to judge by an attribute of accounts, or takes those with enough of it."""
    if random.random() < 0.3:
        world.model("tech_touch", applies_to={"field": "attribute.stores", "op": ">", "value": 5})
        return
    measure = {
        "measure": "attribute:stores",
        "weight": 20,
        "curve": {"default": [[0, 0], [10, 100]], "mid": [[2, 40], [4, 60]]},
    }
    stores = {"key": "stores", "name": "Stores", "measures": [measure]}
    groups = world.model("standard").document["groups"]
    world.model("standard", groups=[*(group for group in groups if group["key"] != "stores"), stores])


ACTS: list[Callable[[World, History], None]] = [
    *[_use] * 6, _ticket, _answer, _touch, _correct, _correct, _take_back, _contract, _standing, _merge, _move_key,
    _pulse, _override, _hard_event,
]  # fmt: skip


def main(seed: int, histories: int, days: int) -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["NENRIN_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "nenrin.settings"
        import django  # noqa: PLC0415

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415

        from nenrin.foundation import organisation  # noqa: PLC0415
        from tests.insight.world import World  # noqa: PLC0415

        call_command("migrate", verbosity=0)
        world = World()
        organisation.found("Replay", at=world.now)
        outcome = live(world.begin(), histories=histories, days=days, seed=seed)
        print(json.dumps({"compared": outcome.compared, "differences": outcome.differences}, default=str))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
