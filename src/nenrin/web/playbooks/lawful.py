"""The law of runs on a page: how many enrolments there were, where each of them is, and where that does not add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nenrin.playbooks import law
from nenrin.playbooks.law import Law
from nenrin.values import Text
from nenrin.web.components import Fact

COLUMNS: Mapping[str, tuple[Text, Text]] = {
    "enrolled": (
        Text("Enrolled", "対象になった件数"),
        Text(
            "Occasions on which an account came up, of all accounts: counted when they were written down. It equals the sum of"
            " the others.",
            "顧客が対象になった回数（全顧客）。記録時に数えた件数で、他の欄の合計と一致します。",
        ),
    ),
    "inside": (Text("Inside", "実行中"), Text("About to begin, or waiting at a step.", "開始待ち、または手順で待機中の件数。")),
    "asked": (
        Text("Waits for approval", "承認待ち"),
        Text("Many at once: a person decides.", "一度に多数が該当し、承認を待つ件数。"),
    ),
    "failed": (
        Text("Failed", "失敗"),
        Text("Stands at a step that could not be done: somebody tries it again or ends it.", "実施できない手順で止まり、再試行か終了を待つ件数。"),
    ),
    "done": (Text("Done", "完了"), Text("Took every step, or reached the goal.", "すべての手順を実施、または目標を達成した件数。")),
    "exited": (Text("Ended early", "途中終了"), Text("Each row says why.", "理由は各行にあります。")),
    "held_out": (
        Text("Left alone", "未実施グループ"),
        Text("To measure the effect.", "効果測定のため実施しなかった件数。"),
    ),
    "kept_out": (Text("Kept out", "対象外"), Text("A rule kept it out: each row says which.", "歯止めにより開始しなかった件数。理由は各行にあります。")),
}  # fmt: skip
BROKEN = Text("They do not add up", "合計が一致しません")
REMEDY = Text(
    "Runs are missing or were changed outside Nenrin: compare with a backup.",
    "実行の欠落、またはNenrin以外からの変更があります。バックアップと比較してください。",
)


@dataclass(frozen=True, slots=True)
class Row:
    """A playbook with its figures, in the order of the columns."""

    key: str
    name: Text
    figures: tuple[int, ...]
    holds: bool


def shown(key: str, names: Sequence[tuple[str, Text]], at: datetime) -> dict[str, Any]:
    """Of one playbook, or of all where none is named: a strip of figures, and each playbook in a table."""
    found, called = law.laws(), dict(names)
    if key:
        found = {one: told for one, told in found.items() if one == key}
    rows = [Row(one, called.get(one, Text(one, one)), _figures(told), told.holds) for one, told in found.items()]
    broken = [row for row in rows if not row.holds]
    return {"facts": _facts(law.total(found), at), "law": rows, "law_heads": list(COLUMNS.values()), "broken": broken,
            "remedy": REMEDY}  # fmt: skip


def _figures(told: Law) -> tuple[int, ...]:
    return tuple(getattr(told, name) for name in COLUMNS)


def _facts(told: Law, at: datetime) -> list[Fact]:
    return [
        Fact(label, f"{figure:,}", meaning=meaning, at=at)
        for (label, meaning), figure in zip(COLUMNS.values(), _figures(told), strict=True)
    ]
