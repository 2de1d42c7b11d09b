"""Handoffs from sales to customer success, and the feedback back to sales."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register("work.handoff.opened", Text("Handoff opened, due {due_on}", "引き継ぎを開始（期限 {due_on}）"))
register("work.handoff.filled", Text("Handoff: {settled} of 7 items settled", "引き継ぎを記入（7項目中{settled}項目）"))
register("work.handoff.sent", Text("Handoff sent to customer success", "引き継ぎをカスタマーサクセスへ送付"))
register(
    "work.handoff.returned",
    Text("Handoff sent back with {questions} questions: {words}", "引き継ぎを差し戻し（質問{questions}件）: {words}"),
    personal=True,
)
register(
    "work.handoff.answered",
    Text("Question on the handoff answered: {words}", "引き継ぎの質問に回答: {words}"),
    personal=True,
)
register("work.handoff.accepted", Text("Handoff accepted", "引き継ぎを受領"), personal=True)
register("work.handoff.dropped", Text("Handoff not needed: {words}", "引き継ぎを対応不要に: {words}"), personal=True)
register("work.handoff.restored", Text("Handoff needed after all", "引き継ぎを再開"))
register("work.handoff.judged", Text("Fit found: {fit}. {words}", "適合度を評価: {fit} {words}"), personal=True)
register("work.handoff.reassigned", Text("Handoff given to others", "引き継ぎの担当を変更"))
register("work.handoff.attached", Text("Handoff attached to its contract", "引き継ぎを契約に紐付け"))
register("work.handoff.ruled", Text("Handoffs due after {days} business days", "引き継ぎの期限を{days}営業日に変更"))
register("work.handoff.exported", Text("{rows} handoffs exported", "引き継ぎ{rows}件を出力"))
register(
    "work.deal.told", Text("Told the seller what became of the deal after {days} days", "営業へ{days}日後の状況を報告")
)
register("work.deal.exported", Text("{rows} deals exported", "受注後の状況{rows}件を出力"))
