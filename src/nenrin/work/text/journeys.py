"""Journeys, and accounts that come to another stage."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register(
    "work.journey.moved",
    Text("Stage: {before_en} → {stage_en} ({reason})", "ステージ: {before_ja} → {stage_ja}（{reason}）"),
    personal=True,
)
register("work.journey.passed", Text("Stage: {before_en} → {stage_en}", "ステージ: {before_ja} → {stage_ja}"))
register(
    "work.journey.returned",
    Text("Move taken back: {before_en} → {stage_en}", "ステージの移動を取り消し: {before_ja} → {stage_ja}"),
)
register(
    "work.journey.drafted",
    Text("Draft {number} of journey {name_en} written", "ジャーニー「{name_ja}」の下書き（第{number}版）を保存"),
)
register(
    "work.journey.published",
    Text("Journey {name_en} in use (version {number})", "ジャーニー「{name_ja}」を公開（第{number}版）"),
)
register(
    "work.journey.discarded", Text("Draft of journey {name_en} thrown away", "ジャーニー「{name_ja}」の下書きを破棄")
)
register("work.journey.archived", Text("Journey {journey} put away", "ジャーニー「{journey}」をアーカイブ"))
register("work.journey.ordered", Text("Order of journeys changed: {keys}", "ジャーニーの優先順位を変更: {keys}"))
register("work.journey.exported", Text("{rows} accounts by stage exported", "ステージ別の顧客{rows}件を出力"))
register("work.suggestion.exported", Text("{rows} suggested moves exported", "移動の提案{rows}件を出力"))
