"""What customer success tells sales, and what came of it."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register("work.feedback.written", Text("Feedback to sales: {words}", "営業へフィードバック: {words}"), personal=True)
register("work.feedback.read", Text("Feedback read by sales", "営業がフィードバックを確認"))
register(
    "work.feedback.followed", Text("Outcome of the feedback: {words}", "フィードバックの結果: {words}"), personal=True
)
register("work.feedback.retracted", Text("Feedback taken back", "フィードバックを取り消し"))
register("work.feedback.exported", Text("{rows} feedback entries exported", "フィードバック{rows}件を出力"))
