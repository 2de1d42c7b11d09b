"""What members answered to what their day proposed."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register("work.queue.accepted", Text("Taken on: {play_en}. {why_en}", "着手: {play_ja}（{why_ja}）"), personal=True)
register(
    "work.queue.snoozed", Text("Put off until {until_on}: {words}", "{until_on}まで後回し: {words}"), personal=True
)
register(
    "work.queue.dismissed",
    Text("Proposal dismissed: {words}. {why_en}", "提案を見送り: {words}（{why_ja}）"),
    personal=True,
)
register("work.queue.assigned", Text("Given to {receiver}: {play_en}", "{receiver}に依頼: {play_ja}"), personal=True)
register("work.queue.finished", Text("Done: {play_en}", "完了: {play_ja}"), personal=True)
register("work.queue.undone", Text("Answer to a proposal taken back", "提案への回答を取り消し"))
register("work.queue.exported", Text("{rows} answers to proposals exported", "提案への回答{rows}件を出力"))
register("work.load.exported", Text("Load of {rows} members exported", "メンバー{rows}名の業務量を出力"))
