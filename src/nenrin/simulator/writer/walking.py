"""Journeys of the demo: the standard one, a shorter one for tech touch, its history read, and some moves with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from nenrin.analytics.conditions import Field
from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.insight import segment_fields
from nenrin.simulator.writer.accounts import Book
from nenrin.values import Text
from nenrin.work import journeys
from nenrin.work.journeys import checks, designs, documents, following

TECH, TECH_DAYS = "tech", {"onboarding": (21, 35), "adoption": (120, 180)}
TECH_NAME = Text("Tech touch journey", "テックタッチ向けジャーニー")
TECH_NOTE = Text(
    "For small teams that go by themselves: shorter stages, mails and guides instead of meetings.",
    "自走する小規模チーム向け。ステージは短めで、打ち合わせの代わりにメールとガイドで支援する。",
)
#: From, to, and why it was done though the criteria did not ask for it.
MOVES = (
    ("adoption", "expansion", "新拠点への展開が役員会で決まり、追加ライセンスの提案に入るため。"),
    ("adoption", "expansion", "親会社の全社導入プロジェクトに合わせ、条件の達成を待たずに提案を始める。"),
    ("expansion", "adoption", "担当部門の異動で利用が落ちたため、定着の支援からやり直す。"),
    ("onboarding", "adoption", "データ移行は来月に分けることで合意し、日常業務での利用を先に始めたため。"),
)


def walked(book: Book, *, now: datetime) -> int:
    """Put the journeys into use, read what stages were told of, and move some; returns how many moved."""
    by, known = book.ground.actor("takagi"), segment_fields.fields()
    designs.install(by=by, at=now)
    _tech(by, now, known)
    while following.step(now):
        pass
    moved = sum(_moved(before, after, why, place, now) for place, (before, after, why) in enumerate(MOVES))
    checks.refresh(now)
    return moved


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


def _moved(before: str, after: str, why: str, place: int, now: datetime) -> bool:
    """One account in the earlier stage, another for each place."""
    rows = Account.objects.standing().filter(stage=before, status=Status.CUSTOMER, owner__isnull=False)
    account = rows.select_related("owner").order_by("-mrr_minor", "pk")[place : place + 1].first()
    if account is None:
        return False
    by = Actor.of(account.owner) if account.owner else SYSTEM
    return journeys.move(account, after, reason=why, by=by, at=now) is not None
