"""Read-outs that were taken along."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register(
    "playbooks.effect.exported",
    Text("Effect of a playbook exported, {rows} looks", "プレイブックの効果検証{rows}回分を出力"),
)
register(
    "playbooks.effects.exported",
    Text("Effects exported, {rows} by playbook", "プレイブック別の効果検証{rows}件を出力"),
)
