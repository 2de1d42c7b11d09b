"""The universal holdout: the journal's sentences."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register(
    "playbooks.holdout.changed",
    Text(
        "Share that no playbook touches: {before} % to {after} % ({reason})",
        "全プレイブックの未実施グループを{before}%から{after}%に変更（{reason}）",
    ),
)
register(
    "playbooks.holdout.excluded",
    Text("Never left alone by the universal holdout: {reason}", "未実施グループの対象外に追加: {reason}"),
)
register(
    "playbooks.holdout.included",
    Text("Taken off the list of those never left alone: {reason}", "未実施グループの対象外から削除: {reason}"),
)
register(
    "playbooks.holdout.exported",
    Text("Universal holdout exported, {rows} accounts", "未実施グループの顧客{rows}件を出力"),
)
register(
    "playbooks.holdout.usual",
    Text(
        "Usual holdout of a new playbook: {before} % → {after} % ({reason})",
        "新しいプレイブックの未実施グループの既定値: {before}% → {after}%（{reason}）",
    ),
)
