"""Opportunities to grow with a customer, and candidates for them."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register(
    "work.opportunity.opened",
    Text(
        "Opportunity opened: {kind_en}, expected {amount_en} a month",
        "提案機会を登録: {kind_ja}（見込みMRR {amount_ja}）",
    ),
    personal=True,
)
register("work.opportunity.changed", Text("Opportunity changed: {kind_en}", "提案機会を更新: {kind_ja}"), personal=True)
register(
    "work.opportunity.proposed",
    Text("Proposed to the customer: {kind_en} ({minutes} min)", "顧客へ提案: {kind_ja}（{minutes}分）"),
    personal=True,
)
register(
    "work.opportunity.answered",
    Text("Answer to the proposal ({kind_en}): {answer_en}", "提案への回答（{kind_ja}）: {answer_ja}"),
    personal=True,
)
register(
    "work.opportunity.handed",
    Text("Opportunity handed to sales: {kind_en}, to {seller}", "提案機会を営業へ引き渡し: {kind_ja}（{seller}）"),
    personal=True,
)
register("work.opportunity.taken", Text("Sales takes the opportunity on: {kind_en}", "営業が提案機会に着手: {kind_ja}"))
register(
    "work.opportunity.declined",
    Text("Sales gave the opportunity back: {kind_en}", "営業が提案機会を差し戻し: {kind_ja}"),
    personal=True,
)
register(
    "work.opportunity.won",
    Text("Opportunity won: {kind_en}, {amount_en} a month", "提案機会を受注: {kind_ja}（MRR {amount_ja}）"),
    personal=True,
)
register("work.opportunity.lost", Text("Opportunity not won: {kind_en}", "提案機会を失注: {kind_ja}"), personal=True)
register(
    "work.opportunity.withdrawn",
    Text("Opportunity withdrawn: {kind_en}", "提案機会を取り下げ: {kind_ja}"),
    personal=True,
)
register("work.opportunity.reopened", Text("Opportunity opened again: {kind_en}", "提案機会を再開: {kind_ja}"))
register("work.opportunity.exported", Text("{rows} opportunities exported", "提案機会{rows}件を出力"))
register(
    "work.candidate.dismissed",
    Text("Candidate put away until {until_on}: {kind_en}", "提案候補を見送り（{until_on}まで）: {kind_ja}"),
    personal=True,
)
register("work.candidate.restored", Text("Candidate brought back: {kind_en}", "提案候補の見送りを解除: {kind_ja}"))
register("work.candidate.exported", Text("{rows} candidates exported", "提案候補{rows}件を出力"))
register("work.whitespace.exported", Text("The whitespace was exported", "未導入マップを出力"))
