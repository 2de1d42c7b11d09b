"""The journal's sentences for sources."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register("ingest.source.opened", Text("Source “{source}” opened", "データソース「{source}」を追加"))
register(
    "ingest.source.changed",
    Text("Source “{source}” changed: {fields}", "データソース「{source}」を変更: {fields}"),
)
register(
    "ingest.source.rotated",
    Text("New keys made for source “{source}”", "データソース「{source}」のキーを再発行"),
)
register(
    "ingest.source.previous_ended",
    Text("Old keys of source “{source}” ended", "データソース「{source}」の旧キーを無効化"),
)
register("ingest.source.closed", Text("Source “{source}” closed", "データソース「{source}」を停止"))
register("ingest.source.reopened", Text("Source “{source}” opened again", "データソース「{source}」を再開"))
