"""Configurations taken in from files."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register(
    "playbooks.configuration.applied",
    Text("Configuration #{number} taken in: {count} documents ({note})", "構成 #{number} を適用: {count}件（{note}）"),
)
