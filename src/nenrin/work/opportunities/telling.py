"""Who hears of opportunities: whoever is to do something next, and whoever found it."""

from __future__ import annotations

from datetime import datetime

from nenrin.foundation import format
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import notices
from nenrin.work.models import Opportunity


def opened(row: Opportunity, *, by: Actor, at: datetime) -> None:
    """The owner, where somebody else opened it."""
    _tell(
        row.owner,
        "opened",
        row,
        Text("New opportunity: {name} ({kind_en})", "新しい提案機会: {name}（{kind_ja}）"),
        by,
        at,
    )


def given(row: Opportunity, *, by: Actor, at: datetime) -> None:
    """The new owner."""
    said = Text("For you now: {name} ({kind_en})", "あなたの担当になりました: {name}（{kind_ja}）")
    _tell(row.owner, "given", row, said, by, at)


def handed(row: Opportunity, *, by: Actor, at: datetime) -> None:
    """The seller: take it on, or say why not."""
    said = Text(
        "Handed to you: {name} ({kind_en}). Take it on or say why not",
        "提案機会の依頼: {name}（{kind_ja}）。対応可否を回答してください",
    )
    _tell(row.seller, "handed", row, said, by, at)


def taken(row: Opportunity, *, by: Actor, at: datetime) -> None:
    _tell(
        row.owner,
        "taken",
        row,
        Text("Sales takes it on: {name} ({kind_en})", "営業が対応開始: {name}（{kind_ja}）"),
        by,
        at,
    )


def declined(row: Opportunity, *, by: Actor, at: datetime) -> None:
    said = Text("Sales gave it back: {name} ({kind_en})", "営業から差し戻し: {name}（{kind_ja}）")
    _tell(row.owner, "declined", row, said, by, at)


def ended(row: Opportunity, *, by: Actor, at: datetime) -> None:
    """The owner, and the seller who was at it: what came of it."""
    word = row.state_word
    said = Text(f"{word.en}: {{name}} ({{kind_en}}){{won_en}}", f"{word.ja}: {{name}}（{{kind_ja}}）{{won_ja}}")
    for member in {row.owner, row.seller if row.handed_at else None}:
        _tell(member, row.state, row, said, by, at)


def _tell(member: Member | None, what: str, row: Opportunity, said: Text, by: Actor, at: datetime) -> None:
    if member is None or not member.is_active or (by.kind == "member" and by.key == str(member.pk)):
        return
    kind = row.kind_word
    won = [f" {format.money(row.won, language)}" if row.won else "" for language in ("en", "ja")]
    text = said.fill(name=row.account.name, kind_en=kind.en, kind_ja=kind.ja, won_en=won[0], won_ja=won[1])
    notices.tell(
        member, f"opportunity.{what}", text=text, url=f"/opportunities/{row.pk}", account=row.account,
        key=f"opportunity:{row.pk}:{what}:{row.version}", by=by, at=at,
    )  # fmt: skip
