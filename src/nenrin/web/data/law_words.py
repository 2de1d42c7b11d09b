"""The conservation law in words and numbers: its terms, what each means, and the sum written out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from nenrin.foundation import format
from nenrin.ingest import conservation
from nenrin.ingest.conservation import Law
from nenrin.values import Text
from nenrin.web.components import Fact

TERMS: Final[Mapping[str, tuple[Text, Text]]] = {
    "received": (
        Text("Received", "受信"),
        Text(
            "Counted in the transaction that stored the request.", "リクエストを保存したトランザクションで数えた件数。"
        ),
    ),
    "stored": (Text("Stored", "格納"), Text("Counted in the lake itself.", "利用データそのものを数えた件数。")),
    "duplicate": (
        Text("Duplicate", "重複"),
        Text(
            "Same source and message id as an event of the last 30 days.",
            "過去30日以内に同じ接続元・同じメッセージIDで届いたもの。",
        ),
    ),
    "quarantined": (
        Text("Set aside", "保留"),
        Text("Could not be stored; kept whole with the reason.", "格納できず、理由とともにそのまま保管したもの。"),
    ),
    "pending": (
        Text("Waiting", "処理待ち"),
        Text("Accepted, on the disk, not yet decided.", "受付済みで、まだ処理していないもの。"),
    ),
    "limited": (
        Text("Sent away", "制限超過"),
        Text(
            "Refused above the source's limit, at least; outside the sum, for clients send again.",
            "接続元の制限を超えて断った件数（少なくとも）。再送されるため合計の外。",
        ),
    ),
}
SUM: Final = Text(
    "Received = stored + duplicate + set aside + waiting, each counted where it happens and none derived from another.",
    "受信 = 格納 + 重複 + 保留 + 処理待ち。それぞれ発生した場所で数え、引き算では求めない。",
)
_SUMMED: Final = ("stored", "duplicate", "quarantined", "pending")


def facts(law: Law, at: datetime, language: str) -> list[Fact]:
    """The terms as figures, each with its definition."""
    counts = _counts(law)
    return [
        Fact(label, format.number(counts[term], language), meaning=meaning, at=at)
        for term, (label, meaning) in TERMS.items()
    ]


def told(law: Law) -> Text:
    """The sum with its numbers, and whether it holds."""
    en, ja = _equation(law, "en"), _equation(law, "ja")
    if conservation.holds(law):
        return Text(f"The sum holds: {en}. Nothing vanished.", f"収支が一致：{ja}。消えたイベントはありません。")
    gap = {one: format.number(difference(law), one) for one in ("en", "ja")}
    return Text(
        f"The sum is in motion by {gap['en']}: {en}. Events are being written at this moment;"
        " if it stays so, run nenrin doctor.",
        f"集計中（差 {gap['ja']}）：{ja}。書き込みの途中です。続く場合は nenrin doctor を実行してください。",
    )


def difference(law: Law) -> int:
    """Received, less what became of it; 0 where the law holds."""
    counts = _counts(law)
    return counts["received"] - sum(counts[term] for term in _SUMMED)


def _equation(law: Law, language: str) -> str:
    counts = _counts(law)
    words = {term: f"{TERMS[term][0].in_(language).lower()} {format.number(counts[term], language)}" for term in TERMS}
    return f"{words['received']} = {' + '.join(words[term] for term in _SUMMED)}"


def _counts(law: Law) -> dict[str, int]:
    return {term: n for term, n in law.items() if isinstance(n, int)}
