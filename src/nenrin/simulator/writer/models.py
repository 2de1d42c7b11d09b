"""The vendor tunes its health model once: a second version, with its reason, from a day in the past."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

from nenrin.insight import health_models
from nenrin.insight.models import HealthModelVersion
from nenrin.simulator.writer.accounts import Book
from nenrin.simulator.writer.deeds import Deed

TUNED_DAYS_AGO = 240
KEY = "standard"
DANGER_BELOW = 45
# The review of those who had left: they had been met often enough, and used too little.
WEIGHTS = {"active_user_share": 18, "logins_per_seat_week": 10, "days_since_touch": 8}
NOTE = "解約した顧客を見直し: 多くが45点未満で、面談より利用の低下が先に出ていた。危険の境を45点に、接点の重みを8に。"


def deeds(today: date, book: Book) -> Iterator[Deed]:
    """Yield the one change of the model."""
    yield Deed(book.at(today - timedelta(TUNED_DAYS_AGO), 15), 9, lambda at: _tune(book, at))


def _tune(book: Book, at: datetime) -> None:
    live = HealthModelVersion.objects.filter(key=KEY, state="published").order_by("-number")[0]
    by = book.ground.actor("hasegawa")
    health_models.draft(_tuned(live.document), by=by, at=at, note=NOTE)
    health_models.publish(KEY, by=by, at=at, note=NOTE)


def _tuned(document: dict[str, Any]) -> dict[str, Any]:
    changed = deepcopy(document)
    changed["bands"]["caution"] = DANGER_BELOW
    for group in changed["groups"]:
        for measure in group["measures"]:
            measure["weight"] = WEIGHTS.get(measure["measure"], measure["weight"])
    return changed
