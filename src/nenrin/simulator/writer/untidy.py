"""What no real intake is without: faulty events, groups that nobody knows, names that nobody mapped, doubles."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from nenrin.customers import accounts
from nenrin.ingest import intake
from nenrin.ingest.models import Source
from nenrin.simulator import product, tracking
from nenrin.simulator.world import World
from nenrin.simulator.writer.accounts import CRM, Book
from nenrin.simulator.writer.deeds import Deed

UNMAPPED = ("Settings Changed", "Help Opened")
UNKNOWN_GROUPS = {"T-trial-7": "宵待食品株式会社（試用）", "T-trial-9": "Juniper Analytics"}
HOURS_AGO = (2, 5, 9, 26, 50, 75)


def deeds(world: World, book: Book) -> Iterator[Deed]:
    """Yield the company that somebody entered a second time: a candidate for a merge."""
    twice = world.story("stuck")

    def enter(at: datetime) -> None:
        name = twice.name.replace("株式会社", "(株) ")
        by = book.ground.actor("yamaguchi")
        accounts.open(name, keys=[(CRM, "SFA-21044")], by=by, at=at, domain=twice.domain, source="referral")

    yield Deed(book.at(world.today - timedelta(6), 13), 9, enter)


def sent(world: World, source: Source, *, until: datetime) -> int:
    """Hand the untidy events of the last days to the intake; returns how many."""
    bodies = []
    for hours in reversed(HOURS_AGO):
        at = until - timedelta(hours=hours)
        events = [*_faulty(at), *_unknown(at, hours), *_unmapped(world, at, hours)]
        stamp = at.astimezone(UTC).isoformat(timespec="milliseconds")
        bodies.append((msgspec.json.encode({"batch": events, "sentAt": stamp}), at, len(events)))
    intake.accept_many(source, [(body, at) for body, at, _ in bodies])
    return sum(count for _, _, count in bodies)


def _faulty(at: datetime) -> list[tracking.Event]:
    """One without a person, one without a name: a new screen whose events were wired wrongly."""
    stamp = at.astimezone(UTC).isoformat(timespec="milliseconds")
    nobody = {"type": "track", "event": "Plan Viewed", "timestamp": stamp, "messageId": f"faulty-{stamp}-1"}
    return [
        nobody,
        {"type": "track", "userId": "T-thriving-u000", "timestamp": stamp, "messageId": f"faulty-{stamp}-2"},
    ]


def _unknown(at: datetime, hours: int) -> list[tracking.Event]:
    stamp = at.astimezone(UTC).isoformat(timespec="milliseconds")
    made: list[tracking.Event] = []
    for key, name in UNKNOWN_GROUPS.items():
        base = {"userId": f"{key}-u001", "timestamp": stamp}
        traits = {"type": "group", "groupId": key, "traits": {"name": name}, "messageId": f"{key}-{hours}-g"}
        login = {"type": "track", "event": product.LOGIN, "context": {"groupId": key}, "messageId": f"{key}-{hours}-t"}
        made += [{**base, **traits}, {**base, **login}]
    return made


def _unmapped(world: World, at: datetime, hours: int) -> list[tracking.Event]:
    customer = world.story("thriving")
    stamp = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return [
        {
            "type": "track",
            "event": name,
            "userId": tracking.user_id(customer, 2),
            "timestamp": stamp,
            "context": {"groupId": customer.key},
            "messageId": f"unmapped-{hours}-{place}",
        }
        for place, name in enumerate(UNMAPPED)
    ]
