"""Journeys of the demo: the standard one, a shorter one for tech touch, its history read, and some moves with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from nenrin.analytics.conditions import Field
from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.insight import segment_fields
from nenrin.simulator.writer.accounts import Book
from nenrin.values import Text
from nenrin.work import journeys
from nenrin.work.journeys import checks, designs, documents, following
from nenrin.work.models import StageStay

TECH, TECH_DAYS = "tech", {"onboarding": (21, 35), "adoption": (120, 180)}
TECH_NAME = Text("Tech touch journey", "テックタッチ向けジャーニー")
TECH_NOTE = Text(
    "For small teams that go by themselves: shorter stages, mails and guides instead of meetings.",
    "自走する小規模チーム向け。ステージは短めで、打ち合わせの代わりにメールとガイドで支援する。",
)
#: The journeys were put into use so many days ago.
USED_DAYS = 200
#: Whoever is moved has stood in the stage for so many days at least.
STOOD_DAYS = 14
#: From, to, how many days ago, and why it was done though the criteria did not ask for it.
MOVES = (
    ("adoption", "expansion", 3, "新拠点への展開が役員会で決まり、追加ライセンスの提案に入るため。"),
    ("adoption", "expansion", 12, "親会社の全社導入プロジェクトに合わせ、条件の達成を待たずに提案を始める。"),
    ("expansion", "adoption", 19, "担当部門の異動で利用が落ちたため、定着の支援からやり直す。"),
    ("expansion", "advocacy", 33, "導入事例の公開とユーザー会での登壇が決まったため。"),
    ("advocacy", "expansion", 8, "新工場への展開の相談を受け、提案の準備に入るため。"),
)
#: Whoever recommended us and is in trouble now: what is said of it, since a day.
FALLEN = "ヘルスが「危険」まで低下。推奨・紹介の依頼はいったん止め、定着の支援からやり直す。"
FALLEN_FOR = timedelta(days=1)


def walked(book: Book, *, now: datetime) -> int:
    """Put the journeys into use, read what stages were told of, and move some; returns how many moved."""
    by, known = book.ground.actor("takagi"), segment_fields.fields()
    used = now - timedelta(USED_DAYS)
    designs.install(by=by, at=used)
    _tech(by, used, known)
    while following.step(now):
        pass
    moved = {row.pk for key, row in book.accounts.items() if not key[2:].isdigit()}  # stories stay as they are told
    count = sum(_moved(before, after, why, now - timedelta(ago), moved) for before, after, ago, why in MOVES)
    count += _fallen(now)
    checks.refresh(now)
    return count


def _fallen(now: datetime) -> int:
    """Nobody at risk is asked to speak for us: their owner takes them back to adoption."""
    fallen = Account.objects.standing().filter(stage="advocacy", status=Status.CUSTOMER, health__band="at_risk")
    stays = StageStay.objects.open().filter(account__in=fallen).select_related("account__owner").order_by("account")
    count = 0
    for stay in stays:
        at = now - FALLEN_FOR if stay.since < now - FALLEN_FOR else now
        by = Actor.of(stay.account.owner) if stay.account.owner else SYSTEM
        count += journeys.move(stay.account, "adoption", reason=FALLEN, by=by, at=at) is not None
    return count


def _tech(by: Actor, now: datetime, known: dict[str, Field]) -> None:
    standard = documents.parse(designs.ready()["standard"], known)
    stages = [
        replace(one, days=TECH_DAYS[one.stage][0], stuck_after=TECH_DAYS[one.stage][1])
        if one.stage in TECH_DAYS
        else one
        for one in standard.stages
    ]
    design = replace(standard, name=TECH_NAME, note=TECH_NOTE, stages=tuple(stages), touch_model=TECH)
    designs.publish(designs.draft(TECH, documents.dump(design), by=by, at=now, known=known), by=by, at=now, known=known)


def _moved(before: str, after: str, why: str, at: datetime, moved: set[int]) -> bool:
    """The largest account that stood in the earlier stage on that day, in the health that goes with the move."""
    bands = (
        ("caution", "at_risk") if (before, after) == ("expansion", "adoption") else ("healthy", "caution", "unknown")
    )
    rows = Account.objects.standing().filter(
        stage=before, status=Status.CUSTOMER, owner__isnull=False, health__band__in=bands,
        stage_stays__until__isnull=True, stage_stays__since__lt=at - timedelta(STOOD_DAYS),
    )  # fmt: skip
    account = rows.exclude(pk__in=moved).select_related("owner").order_by("-mrr_minor", "pk").first()
    if account is None:
        return False
    moved.add(account.pk)
    by = Actor.of(account.owner) if account.owner else SYSTEM
    return journeys.move(account, after, reason=why, by=by, at=at) is not None
