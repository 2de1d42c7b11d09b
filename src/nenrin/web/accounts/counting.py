"""What MRR counts of an account, in words: the agreed price, what the metric policy adds or takes, and the ledger's figure."""

from __future__ import annotations

from nenrin.foundation import format
from nenrin.insight.revenue import own_money, words
from nenrin.insight.revenue.counted import Counted, Part, Reason
from nenrin.values import Money, Text

NAME = Text("MRR as counted", "計上するMRR")
AGREED = Text(
    "Agreed monthly price of the running contracts, without tax and without metered usage. Where the metric policy counts more "
    "or less, the page Contracts says how much and why.",
    "契約中の月額料金の合計（税抜、従量課金を除く）。指標ポリシーにより計上するMRRが異なる場合は、額と理由を「契約」の画面に表示。",
)
REASONS: dict[Reason, Text] = {
    "usage": Text("metered usage", "従量課金"),
    "coupons": Text("discounts that end, not counted", "計上しない期限付き割引"),
    "ramp": Text("ramp deal at its average", "段階契約の平均額との差"),
    "recognition": Text("churn by the policy's day", "解約の計上日による差"),
    "dunning": Text("unpaid invoices", "請求書の未払い"),
    "days": Text("contracts by their days", "契約の開始日・終了日による差"),
}


def differs(of: Counted) -> bool:
    """Whether the ledger's figure is another one than the agreed price."""
    return of.counted != of.agreed or of.is_abroad


def beside(note: Text, of: Counted | None) -> Text:
    """The note of the figure with the ledger's beside it; None: where that is told."""
    if of is None:
        return Text(f"{note.en}; more than a price: see Contracts", f"{note.ja}、計上額は「契約」を参照")
    if of.ledger is None:
        return Text(f"{note.en}; not in the ledger", f"{note.ja}、売上増減には含まれない")
    en, ja = (format.money(of.ledger, language) for language in ("en", "ja"))
    return Text(f"{note.en}; ledger counts {en}", f"{note.ja}、計上するMRR {ja}")


def line(of: Counted) -> Text:
    """How the ledger's figure comes of the agreed price, and by which choices of the policy."""
    clauses = [_sum(of), *_usage(of), *_abroad(of)]
    return Text(" ".join(one.en for one in clauses), "".join(one.ja for one in clauses))


def _sum(of: Counted) -> Text:
    version = of.policy.version
    en, ja = (_told(of, language) for language in ("en", "ja"))
    return Text(f"{en} (metric policy version {version}).", f"{ja}（指標ポリシー第{version}版）。")


def _told(of: Counted, language: str) -> str:
    start = Text("agreed price", "月額料金").in_(language)
    parts = "".join(_part(one, of.counted.currency, language) for one in of.parts)
    return f"{format.money(of.counted, language)} = {start} {format.money(of.agreed, language)}{parts}"


def _part(one: Part, currency: str, language: str) -> str:
    sign = "+" if one.minor > 0 else format.MINUS
    return f" {sign} {REASONS[one.reason].in_(language)} {format.money(Money(abs(one.minor), currency), language)}"


def _usage(of: Counted) -> list[Text]:
    if not of.has_usage:
        return []
    said = words.USAGE[of.policy.usage]
    return [Text(f"{said.en[0].upper()}{said.en[1:]}.", f"{said.ja}。")]


def _abroad(of: Counted) -> list[Text]:
    """What the ledger makes of other currencies."""
    if not of.is_abroad:
        return []
    also = [Text(*(_also(of, language) for language in ("en", "ja")))] if of.elsewhere else []
    if of.ledger is None:
        return [*also, Text("No exchange rate is told: the ledger leaves this account out.",
                            "為替レートがないため、売上増減には含まれない。")]  # fmt: skip
    en, ja = (format.money(of.ledger, language) for language in ("en", "ja"))
    used = own_money.on(of.day).used({of.counted.currency, *(one.currency for one in of.elsewhere)})
    rates = Text(f" {used.en}.", f"{used.ja}。") if used else Text("", "")
    return [*also, Text(f"In the ledger: {en}.{rates.en}", f"売上増減での額は{ja}。{rates.ja}")]


def _also(of: Counted, language: str) -> str:
    amounts = ", ".join(format.money(one, language) for one in of.elsewhere)
    return Text("In other currencies: {amounts}.", "他通貨の契約 {amounts}。").fill(amounts=amounts).in_(language)
