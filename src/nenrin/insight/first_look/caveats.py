"""What the file cannot tell, said beside the figures: each in words, the gravest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nenrin.insight.first_look.looking import Look
from nenrin.insight.lifetimes.values import LEAST_CUSTOMERS, LEAST_LOSSES
from nenrin.values import Text

Weight = Literal["error", "note"]
_ENDS = {
    "leaves": Text(
        "A term that ended without a successor counts as a customer lost, for the file has last days and no day of leaving.",
        "満了日だけの一覧のため、次の契約がない満了は解約として数えた。",
    ),
    "renews": Text(
        "A term whose end has passed counts as renewed unless the file names a day of leaving.",
        "満了日を過ぎた契約は、解約日がない限り更新されたものとして数えた。",
    ),
}
_MIXED = Text(
    "An end that a row names is the day on which its customer left, unless a next contract follows; {n} rows name none and "
    "still run.",
    "終了日がある行は（次の契約がなければ）その日に解約、終了日がない{n}行は契約中として数えた。",
)
_CHOSEN = Text("You chose this.", "指定による。")
_OTHER = {
    "leaves": Text("If such contracts renew by themselves, choose “renews”.", "自動更新の契約なら「更新」を選択。"),
    "renews": Text("If such customers left, choose “leaves”.", "更新していない契約なら「解約」を選択。"),
}


@dataclass(frozen=True, slots=True)
class Caveat:
    """`key` for programs; an error makes figures wrong, a note makes them mean less."""

    key: str
    weight: Weight
    text: Text


def caveats(of: Look) -> list[Caveat]:
    """Everything that a reader must know before believing the figures."""
    found = [*_nobody(of), *_overrun(of), *_survivors(of), *_history(of), *_rows(of), *_marks(of), *_assumptions(of)]
    return sorted(found, key=lambda each: each.weight != "error")


def _nobody(of: Look) -> list[Caveat]:
    if not of.accounts or of.figures["paying_accounts"].value:
        return []
    text = Text(
        "No customer in the file pays on the day looked at, so nothing can be told of today. If contracts go on "
        "after the end that the file names, choose “renews”; if another column says when they end, name it.",
        "基準日に契約中の顧客が1社もないため、現在の数値は出せません。終了日を過ぎても続く契約なら「更新」を選択し、"
        "終了日を示す列が別にあればその列を指定してください。",
    )
    return [Caveat("nobody", "error", text)]


def _overrun(of: Look) -> list[Caveat]:
    if not (n := of.settled.overrun):
        return []
    text = Text(
        "{n} rows name an end that has passed and other rows name none: such ends are mostly days of leaving, and you "
        "chose to count them as renewed. If these customers left, choose “leaves”.",
        "終了日を過ぎた{n}行を、指定により更新されたものとして数えました。終了日が空欄の行もある一覧では、"
        "終了日は解約した日であることがほとんどです。解約した顧客なら「解約」を選択してください。",
    )
    return [Caveat("overrun", "error", text.fill(n=n))]


def _survivors(of: Look) -> list[Caveat]:
    if of.ever_lost or not of.accounts:
        return []
    text = Text(
        "No customer in the file has ever left. If it lists only today's customers, churn, NRR and LTV look far better "
        "than they are: add the contracts that ended, with their day of leaving. Until then churn is only known to lie "
        "below its upper bound.",
        "解約した顧客が1社もない一覧です。契約中の顧客だけを書き出したものなら、解約率・NRR・LTVは実際よりはるかに良く見えます。"
        "終了した契約を解約日とともに加えてください。それまで解約率は上限しか分かりません。",
    )
    return [Caveat("survivors", "error", text)]


def _history(of: Look) -> list[Caveat]:
    out = []
    if of.base < LEAST_CUSTOMERS:
        text = Text(
            f"{of.base} customers paid twelve months ago; churn, NRR and LTV need {LEAST_CUSTOMERS}: fewer would say "
            "nothing reliable.",
            f"12か月前に契約中だった顧客は{of.base}社。解約率・NRR・LTVには{LEAST_CUSTOMERS}社が必要です。",
        )
        out.append(Caveat("few", "note", text))
    if not any(part.choice for part in of.parts):
        text = Text(
            f"A model of lifetimes needs {LEAST_CUSTOMERS} customers and {LEAST_LOSSES} losses with terms of one length; "
            "LTV is margin over churn only.",
            f"生存モデルには同じ契約期間の顧客{LEAST_CUSTOMERS}社と解約{LEAST_LOSSES}件が必要です。LTVは粗利÷解約率だけで示します。",
        )
        out.append(Caveat("no_model", "note", text))
    return out


def _rows(of: Look) -> list[Caveat]:
    out, left = [], len(of.told.left)
    if left:
        text = Text(
            f"{left} of {of.told.rows} rows could not be read and count nowhere; each is named below.",
            f"{of.told.rows}行のうち{left}行は読めず、数えていません。行ごとの理由は下にあります。",
        )
        out.append(Caveat("unread", "error", text))
    if not of.told.fields & {"account_key", "corporate_number"}:
        text = Text(
            "Customers are told apart by their name alone: a company under two names counts as two, and a renamed one as "
            "lost and won.",
            "顧客は会社名だけで区別しました。表記が二通りある会社は2社、社名変更は解約と新規に見えます。",
        )
        out.append(Caveat("by_name", "note", text))
    return out


def _marks(of: Look) -> list[Caveat]:
    heavy = {"overlap", "currency"}
    return [
        Caveat(each.mark, "error" if each.mark in heavy else "note", _marked(len(each.rows), each.mark))
        for each in of.settled.marked
    ]


def _marked(count: int, mark: str) -> Text:
    what: dict[str, Text] = {
        "same": Text(
            "{n} rows say the same as another one (or have its key) and count once.",
            "{n}行は他の行と同じ内容（または同じ契約キー）のため、1回だけ数えました。",
        ),
        "overlap": Text(
            "{n} rows overlap another contract of the same customer and product. Both count; if one replaced the other, "
            "MRR is too high: end the older one.",
            "{n}行は同じ顧客・製品の別の契約と期間が重なります。両方を数えているため、差し替えだった場合はMRRが過大です。"
            "古い契約に終了日を入れてください。",
        ),
        "free": Text("{n} rows cost nothing and bring no MRR.", "{n}行は金額が0のため、MRRに含みません。"),
        "ahead": Text(
            "{n} rows begin after the day looked at and do not count yet.",
            "{n}行は基準日より後に始まるため、まだ数えていません。",
        ),
        "currency": Text(
            "{n} rows are in another currency than most and are left out: there is no exchange rate in the file.",
            "{n}行は通貨が異なるため含めていません。ファイルに為替レートがないためです。",
        ),
    }
    return what[mark].fill(n=count)


def _assumptions(of: Look) -> list[Caveat]:
    settled, out = of.settled, []
    is_mixed = settled.ends == "leaves" and settled.open
    how = _MIXED.fill(n=settled.open) if is_mixed else _ENDS[settled.ends]
    then = _OTHER[settled.ends] if settled.is_guess else _CHOSEN
    out.append(Caveat("ends", "note", Text(f"{how.en} {then.en}", f"{how.ja}{then.ja}")))
    if settled.terms_assumed:
        n = settled.terms_assumed
        text = Text(f"{n} contracts name no term; a year is assumed.", f"{n}件は契約期間がないため1年と仮定しました。")
        out.append(Caveat("terms", "note", text))
    margin, discount = f"{of.assumed.margin:.0%}", f"{of.assumed.discount:.0%}"
    text = Text(
        f"LTV assumes a gross margin of {margin} and a discount rate of {discount} a year; the file says neither.",
        f"LTVは粗利率{margin}、割引率 年{discount}を仮定しています（ファイルにはない値）。",
    )
    out.append(Caveat("margin", "note", text))
    return [*out, _known()]


def _known() -> Caveat:
    text = Text(
        "The past is as the file tells it today: a price or an end that was corrected since shows as if it had always "
        "been so. A single file cannot say what was known when.",
        "過去は今のファイルの内容のまま見ています。後から訂正された金額や終了日も、初めからそうだったように見えます。",
    )
    return Caveat("as_told", "note", text)
