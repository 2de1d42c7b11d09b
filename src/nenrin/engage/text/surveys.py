"""Surveys of our own: the journal's sentences."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register("engage.survey.asked", Text("{survey} asked by {channel}", "{survey}アンケートを送信（{channel}）"))
register(
    "engage.survey.unsent",
    Text("{survey} reached nobody: it does not count as asked", "{survey}アンケートは届かなかったため、送信数から除外"),
)
register(
    "engage.survey.answered",
    Text("{survey} answered by {channel}: {score}", "{survey}アンケートに{score}点の回答（{channel}）"),
)
register("engage.survey.exported", Text("{rows} surveys exported", "アンケート{rows}件を出力"))
