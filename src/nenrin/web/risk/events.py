"""What each event is called on its pages, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nenrin.foundation import format
from nenrin.values import Money, Text


@dataclass(frozen=True, slots=True)
class Wording:
    """`soon` and `year` have {value}, {low} and {high}; `means` says what counts as the event."""

    name: Text
    title: Text
    forecast: Text
    soon: Text
    year: Text
    means: Text


_INTERVAL_EN, _INTERVAL_JA = " (80 % interval {low} to {high}).", "（80%区間 {low}〜{high}）。"


def _wording(name: Text, title: Text, forecast: Text, does: Text, means: Text) -> Wording:
    """`does`: "is expected to be lost" and what it is in Japanese."""
    return Wording(
        name, title, forecast,
        Text(f"Of these, MRR {{value}} {does.en} within 90 days{_INTERVAL_EN}",
             f"このうち90日以内に{does.ja}は{{value}}{_INTERVAL_JA}"),
        Text(f"Over twelve months MRR {{value}} {does.en}{_INTERVAL_EN}",
             f"今後12か月に{does.ja}は{{value}}{_INTERVAL_JA}"),
        means,
    )  # fmt: skip


EVENTS: Mapping[str, Wording] = {
    "churn": _wording(
        Text("Churn", "解約"),
        Text("Churn risk", "解約リスク"),
        Text("Forecast of churned MRR", "解約MRRの予測"),
        Text("is expected to be lost by decisions", "解約の決定で失うMRRの予測"),
        Text("The customer decides to leave.", "顧客が解約を決めること。"),
    ),
    "involuntary": _wording(
        Text("Involuntary churn", "支払い滞納による解約"),
        Text("Risk of involuntary churn", "支払い滞納による解約のリスク"),
        Text("Forecast of MRR lost to failed payments", "支払い滞納で失うMRRの予測"),
        Text("is expected to be lost to failed payments", "支払い滞納で失うMRRの予測"),
        Text(
            "The contract ends because payments fail; nobody decided it.",
            "決定によらず、支払いの滞納で契約が終わること。",
        ),
    ),
    "contraction": _wording(
        Text("Contraction", "縮小"),
        Text("Risk of contraction", "縮小のリスク"),
        Text("Forecast of contracting MRR", "縮小MRRの予測"),
        Text("is expected to be lost by smaller contracts", "契約の縮小で減るMRRの予測"),
        Text("The customer stays and pays less.", "契約は続くが、支払額が減ること。"),
    ),
    "expansion": _wording(
        Text("Expansion", "拡大"),
        Text("Chance of expansion", "拡大の見込み"),
        Text("Forecast of expanding MRR", "拡大MRRの予測"),
        Text("is expected to be won", "拡大で増えるMRRの予測"),
        Text("The customer buys more seats, a larger plan or another product.",
             "席数の追加、上位プランへの変更、別製品の契約。"),
    ),
}  # fmt: skip


def said(text: Text, amounts: tuple[Money, Money, Money]) -> Text:
    """The sentence with its amounts, each in its own language."""

    def filled(language: str) -> str:
        shown = [format.money(one, language, "compact") for one in amounts]
        return text.in_(language).format(value=shown[0], low=shown[1], high=shown[2])

    return Text(filled("en"), filled("ja"))
