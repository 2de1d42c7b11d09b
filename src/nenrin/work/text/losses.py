"""Customers who let go, and why."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register(
    "work.loss.opened",
    Text("Decided to leave on {decided_on}; reason: {reason_en}", "解約を決定（{decided_on}）。理由: {reason_ja}"),
    personal=True,
)
register(
    "work.loss.explained",
    Text("Churn reason: {reason_en}", "解約理由: {reason_ja}"),
    personal=True,
)
register(
    "work.loss.withdrawn",
    Text("Stays after all; the loss was taken back", "解約を撤回"),
    personal=True,
)
register("work.loss.returned", Text("Came back as a customer", "再契約"), personal=True)
register("work.loss.exported", Text("{rows} losses exported", "解約理由{rows}件を出力"))
register("work.churn_reason.saved", Text("Churn reason saved: {name_en}", "解約理由を登録: {name_ja}"))
register("work.churn_reason.archived", Text("Churn reason put away: {name_en}", "解約理由をアーカイブ: {name_ja}"))
