"""A person starts it, for one account or a list."""

from __future__ import annotations

from nenrin.playbooks.triggers.shape import TriggerKind
from nenrin.values import Text

KIND = TriggerKind(
    "by_hand",
    Text("Started by hand", "手動で開始"),
    (),
    lambda values, setting, fields: Text("A person starts it", "担当者が手動で開始"),
)
