"""Promises made to customers, and what became of them."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register("work.promise.made", Text("Promise: {words} (by {due_on})", "約束事: {words}（期限 {due_on}）"), personal=True)
register(
    "work.promise.changed",
    Text("Promise changed: {words} (by {due_on})", "約束事を変更: {words}（期限 {due_on}）"),
    personal=True,
)
register("work.promise.kept", Text("Promise kept: {words}", "約束事を履行: {words}"), personal=True)
register(
    "work.promise.waived",
    Text("Promise waived: {words}. Reason: {outcome}", "約束事を対応不要に: {words}（理由: {outcome}）"),
    personal=True,
)
register("work.promise.reopened", Text("Promise open again: {words}", "約束事を未履行に戻す: {words}"), personal=True)
register("work.promise.exported", Text("{rows} promises exported", "約束事{rows}件を出力"))
