"""Renewals: what is expected of them, and what came."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register(
    "work.renewal.called",
    Text("Renewal of {term_end} called: {call_en}", "{term_end}の更新見込み: {call_ja}"),
    personal=True,
)
register(
    "work.renewal.checked",
    Text("Renewal forecast kept {days} days before the decision", "更新予測を記録（決定の{days}日前）"),
)
register("work.renewal.settled", Text("Term of {term_end}: {outcome_en}", "{term_end}の契約期間: {outcome_ja}"))
register("work.renewal.exported", Text("{rows} renewals exported", "更新予定{rows}件を出力"))
register(
    "work.renewal.overruled",
    Text("Manager's call on the renewal of {term_end}: {call_en}", "{term_end}の更新見込み（責任者）: {call_ja}"),
    personal=True,
)
register(
    "work.renewal.snapshot",
    Text("Renewal forecast of {terms} terms kept", "更新予測のスナップショットを保存（{terms}件）"),
)
register(
    "work.renewal.brought",
    Text("Earlier renewal forecast taken over ({days} days before)", "過去の更新予測を取り込み（{days}日前）"),
)
