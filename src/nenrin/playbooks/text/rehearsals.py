"""Segments and health models on the past: the journal's sentences."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register(
    "playbooks.rehearsal.asked",
    Text("{name_en}: asked to be tried on the past", "「{name_ja}」の過去シミュレーションを依頼"),
)
register("playbooks.rehearsal.done", Text("{name_en}: tried on the past", "「{name_ja}」の過去シミュレーションが完了"))
register(
    "playbooks.rehearsal.failed",
    Text("{name_en}: could not be tried on the past", "「{name_ja}」の過去シミュレーションに失敗"),
)
register(
    "playbooks.rehearsal.exported",
    Text("Trial on the past exported, {rows} rows", "過去シミュレーション{rows}件を出力"),
)
