"""The journal's sentences for sources."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register("ingest.source.opened", Text("Source “{source}” opened", "接続元「{source}」を追加"))
register(
    "ingest.source.changed",
    Text("Source “{source}” changed: {fields}", "接続元「{source}」を変更: {fields}"),
)
register(
    "ingest.source.rotated",
    Text("New keys made for source “{source}”", "接続元「{source}」のキーを再発行"),
)
register(
    "ingest.source.previous_ended",
    Text("Old keys of source “{source}” ended", "接続元「{source}」の旧キーを無効化"),
)
register("ingest.source.closed", Text("Source “{source}” closed", "接続元「{source}」を停止"))
register("ingest.source.reopened", Text("Source “{source}” opened again", "接続元「{source}」を再開"))
