"""A playbook that shares its work out among those with room, and told the team's channel of many accounts in one message."""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from nenrin.foundation import organisation
from nenrin.foundation.calendar import add_business_days
from nenrin.foundation.models.webhook import EndpointKind
from nenrin.foundation.webhooks import deliver, endpoints
from nenrin.foundation.webhooks.posting import Answer, Parcel
from nenrin.playbooks import library, playbooks, playing, sweeps
from nenrin.playbooks.models import Playbook
from nenrin.simulator.writer import mornings
from nenrin.simulator.writer.accounts import Book
from nenrin.work import tasks
from nenrin.work.models import Task

#: Who answers for it, which of the library it is, and how many business days ago it was live, and was paused.
WHO, KEY, LIVE_DAYS, PAUSED_DAYS = "takagi", "usage-near-limit", 17, 3
CHANNEL = "Slack #cs-拡大提案"
TELL = {"en": "{{account}} ({{plan}}): {{reason}}", "ja": "{{account}}（{{plan}}）: {{reason}}"}
PAUSED = "上位プランの価格改定が決まるまで停止。改定後の資料で再開する"
#: What came of the tasks; the last ones are still open.
CAME, OPEN = (
    ("提案書を送付。次回の定例で説明する", "来期の予算で検討するとの回答", "必要な席数を確認中。人事異動の後に再連絡"),
    2,
)
#: A draft beside it: whoever has nobody gets somebody, by the same rules.
UNOWNED: dict[str, Any] = {
    "playbook": "no-owner",
    "name": {"en": "An owner for whoever has none", "ja": "担当不在の顧客の割り当て"},
    "purpose": {
        "en": "No customer stays without somebody for longer than a day",
        "ja": "担当のいない顧客を1営業日以内になくす",
    },
    "when": [{"trigger": "condition", "is": {"field": "owner", "op": "missing"}}],
    "who": {"field": "status", "op": "=", "value": "customer"},
    "steps": [
        {"do": "wait", "id": "day", "time": 1, "unit": "business_days"},
        {"do": "set_owner", "id": "give", "who": "routing", "phase": "primary"},
        {"do": "open_task", "id": "greet", "title": {"en": "Introduce yourself to {{account}}", "ja": "{{account}}に担当のご挨拶"},
         "due_days": 3, "minutes": 20},
    ],
    "hypothesis": {"measure": "churn", "expected": -0.02},
}  # fmt: skip


def shared(book: Book, *, now: datetime) -> int:
    """Let it run on all that are near their limit that morning, then pause it; returns how many tasks it gave out."""
    by, today = book.ground.actor(WHO), organisation.today(now)
    at = book.at(add_business_days(today, -LIVE_DAYS), 10)
    mornings.arranged(book, at=at - timedelta(days=1))
    slack, _ = endpoints.open(
        CHANNEL, "https://hooks.slack.example/services/tsumugi", kind=EndpointKind.SLACK,
        by=book.ground.actor("hasegawa"), at=at - timedelta(hours=1),
    )  # fmt: skip
    playbooks.draft(_document(str(slack.pk), today), by=by, at=at)
    playbooks.publish(Playbook.objects.get(key=KEY), by=by, at=at, note="西日本から試し、全社に広げる")
    sweeps.look(at)
    playing.play(at)
    for after in (timedelta(), timedelta(minutes=6)):
        deliver.step(at + after, post=_taken, rng=random.Random(0))
    count = _worked(book, today, now)
    playbooks.pause(
        Playbook.objects.get(key=KEY), why=PAUSED, by=by, at=book.at(add_business_days(today, -PAUSED_DAYS), 17)
    )
    playbooks.draft(UNOWNED, by=by, at=now - timedelta(days=1))
    return count


def _document(endpoint: str, today: date) -> dict[str, Any]:
    """As in the library, but for who does it, and that the channel is told."""
    ready = library.documents()[KEY]
    steps = [
        {**one, "who": "routing", "due_days": LIVE_DAYS + 3} if one["do"] == "open_task" else one
        for one in ready["steps"]
    ]
    tell = {"do": "webhook", "id": "tell", "endpoint": endpoint, "words": TELL}
    review = {**ready["hypothesis"], "review_on": (today + timedelta(60)).isoformat()}
    return {**ready, "steps": [tell, *steps], "hypothesis": review, "with_standing": True}


def _taken(parcels: Sequence[Parcel]) -> list[Answer]:
    """As if the channel had taken them: nothing leaves a demo."""
    return [Answer(200, "ok") for _ in parcels]


def _worked(book: Book, today: date, now: datetime) -> int:
    """Whoever got them has done most."""
    given = list(Task.objects.filter(origin_kind="playbook", assignee__isnull=False).order_by("pk"))
    for place, task in enumerate(given[:-OPEN]):
        key = next(key for key, one in book.ground.members.items() if one.pk == task.assignee_id)
        done = book.at(add_business_days(today, place % 9 - LIVE_DAYS + 2), 11 + place % 6)
        tasks.finish(
            task, outcome=CAME[place % len(CAME)], minutes=25 + 5 * (place % 4), by=book.ground.actor(key), at=done
        )
    return len(given)
