"""The journal's sentences for the event catalogue and for events set aside."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register("ingest.event.mapped", Text("Event “{event}” stands for {use}", "イベント「{event}」の扱いを{use}に設定"))
register("ingest.exclusion.added", Text("{kind} {pattern} left out of counts", "集計除外を追加: {kind} {pattern}"))
register("ingest.exclusion.removed", Text("{kind} {pattern} counted again", "集計除外を解除: {kind} {pattern}"))
register("ingest.quarantine.retried", Text("{events} events tried again", "隔離イベント{events}件を再処理"))
register("ingest.quarantine.dropped", Text("{events} events dropped from quarantine", "隔離イベント{events}件を破棄"))
register(
    "ingest.user.erased",
    Text("An end user's data erased ({events} events)", "エンドユーザーの個人情報を消去（イベント{events}件）"),
)
register("ingest.source.exported", Text("{rows} sources exported", "接続元{rows}件を出力"))
register("ingest.event.exported", Text("{rows} event names exported", "イベント名{rows}件を出力"))
register("ingest.live.exported", Text("{rows} events as received exported", "届いたイベント{rows}件を出力"))
register("ingest.quarantine.exported", Text("{rows} events set aside exported", "隔離イベント{rows}件を出力"))
