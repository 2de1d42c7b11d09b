"""The figures on top of the renewals: each with its definition, and how it moved since the last snapshot."""

from __future__ import annotations

from nenrin.foundation import format
from nenrin.values import Money, Text
from nenrin.web import exports
from nenrin.web.charts.waterfall import Step, Waterfall
from nenrin.web.components import Fact
from nenrin.work.renewal_forecast import Forecast
from nenrin.work.renewal_scenarios import KINDS, Scenario, Steps
from nenrin.work.renewal_snapshots import Was

STEPS = (
    ("start", Text("Due", "更新対象")), ("churn", Text("Churn", "解約")), ("downsell", Text("Downsell", "縮小")),
    ("upsell", Text("Upsell", "拡大")), ("end", Text("Left", "更新後")),
)  # fmt: skip
#: What each figure says, in words.
MEANINGS = {
    "due": Text("MRR without tax of the terms of 6 months and longer that are decided in these months.",
                "この期間に更新を判断する6か月以上の契約のMRR。税抜。"),
    "committed": Text("MRR of the terms called commit; a manager's call holds over the CSM's.",
                      "見立てが「コミット」の契約のMRR。責任者の見立てがあればそちらを優先。"),
    "best": Text("Everything but what is called lost or is under notice.", "「解約見込み」と解約予告中を除いたMRR。"),
    "worst": Text("Committed, without the terms that the model (or red health) speaks against.",
                  "コミットのうち、モデルの確率が25ポイント超低い契約と、確率がなくヘルスが危険の契約を除いたMRR。"),
    "expected": Text("Each account's MRR times its probability to renew, added up; at least four of five outcomes fall in "
                     "the interval.", "MRR×更新確率の合計。幅は80%区間（5回に4回以上は実績が入る見込み）。"),
    "grr": Text("MRR that stays, without what is added, as a share of what is due; in the scenario chosen.",
                "更新対象のMRRのうち、拡大分を除いて残る割合。選択中のシナリオで計算。"),
    "nrr": Text("MRR after the renewal, with what is added, as a share of what is due; in the scenario chosen.",
                "更新対象のMRRに対する、拡大分も含めた更新後のMRRの割合。選択中のシナリオで計算。"),
    "apart": Text(
        "Terms where the model and the call lie more than 25 points apart; without a probability, where health speaks "
        "against the call. Look at these first.",
        "モデルと担当の見立てが25ポイント超離れている件数。確率がない場合はヘルスと見立てが食い違う件数。優先して確認。"),
    "uncalled": Text("Terms that nobody has called, those under notice left out.",
                     "担当の見立てがない件数（解約予告中を除く）。"),
}  # fmt: skip


def money(minor: float | None, currency: str) -> str | None:
    return None if minor is None else format.money(Money(round(minor), currency), exports.language())


def facts(told: Forecast, steps: Steps, was: Was | None, currency: str) -> tuple[Fact, ...]:
    """`was`: what the last snapshot said of the same months; None where there is none to compare with."""
    other = (
        Text(f"{told.foreign} more without an exchange rate", f"為替レートのない通貨の{told.foreign}件を除く")
        if told.foreign
        else None
    )
    due = other or Text(format.counted(told.count, "term"), f"{told.count}件")
    scenario_of = _left_out(steps)
    return (
        _amount("due", Text("Up for renewal", "更新対象"), told.due, was.due if was else None, currency, due),
        _amount("committed", Text("Committed", "コミット"), told.committed, was.committed if was else None, currency),
        _amount("best", Text("Best case", "最良"), told.best, was.best if was else None, currency),
        _amount("worst", Text("Worst case", "最悪"), told.worst, was.worst if was else None, currency),
        _amount("expected", Text("Expected by the model", "モデルの期待値"), told.expected, was.expected if was else None,
                currency, _spread(told, currency)),
        _share("grr", Text("GRR expected", "GRR見込み"), steps.grr, scenario_of),
        _share("nrr", Text("NRR expected", "NRR見込み"), steps.nrr, scenario_of),
        _count("apart", Text("At odds", "見解の差"), told.apart),
        _count("uncalled", Text("Not called yet", "見立て未入力"), told.uncalled),
    )  # fmt: skip


def _amount(
    key: str, label: Text, now: float | None, was: float | None, currency: str, note: Text | None = None
) -> Fact:
    notes = [one for one in (note, moved(now, was, currency)) if one]
    joined = Text(" · ".join(one.en for one in notes), "・".join(one.ja for one in notes)) if notes else ""
    return Fact(label, money(now, currency), joined, meaning=MEANINGS[key])


def moved(now: float | None, was: float | None, currency: str) -> Text | None:
    """Against the snapshot, with its sign; None where one of them is not known."""
    if now is None or was is None:
        return None
    change = round(now) - round(was)
    if not change:
        return Text("unchanged since the snapshot", "前回から変化なし")
    sign = "+" if change > 0 else format.MINUS
    en, ja = (format.money(Money(abs(change), currency), language) for language in ("en", "ja"))
    return Text(f"{sign}{en} since the snapshot", f"前回比 {sign}{ja}")


def _spread(told: Forecast, currency: str) -> Text | None:
    if told.kept is None:
        return None
    spread = f"{money(told.low, currency)} – {money(told.high, currency)}"
    if not told.untold:
        return Text(spread, spread)
    return Text(
        f"{spread}; {format.counted(told.untold, 'term')} without a probability left out",
        f"{spread}、確率のない{told.untold}件を除く",
    )


def _left_out(steps: Steps) -> Text | None:
    """How many terms the scenario tells nothing of."""
    if not steps.left_out:
        return None
    return Text(f"{format.counted(steps.left_out, 'term')} left out", f"対象外{steps.left_out}件")


def _share(key: str, label: Text, value: float | None, note: Text | None) -> Fact:
    shown = None if value is None else format.percent(value, exports.language(), 1)
    return Fact(label, shown, note or "", meaning=MEANINGS[key])


def _count(key: str, label: Text, value: int) -> Fact:
    return Fact(label, format.number(value, exports.language()), meaning=MEANINGS[key])


def waterfall(of: Steps, currency: str) -> Waterfall:
    """From what is due to what is left."""
    language = exports.language()
    steps = tuple(
        Step(label, getattr(of, name), _signed(getattr(of, name), name, currency), name in ("start", "end"))
        for name, label in STEPS
    )
    story = Text(
        f"MRR from {steps[0].text} due to {steps[-1].text} left", f"更新対象{steps[0].text}、更新後{steps[-1].text}"
    )
    return Waterfall(steps, story, 10_000 if currency == "JPY" and language.startswith("ja") else _thousand(currency))


def _thousand(currency: str) -> float:
    return 1_000.0 * float(10 ** Money(0, currency).digits)


def unit(currency: str) -> Text:
    """What the chart's axis counts in."""
    ja = "単位 万円（月額、税抜）。" if currency == "JPY" else f"単位 {currency} 千（月額、税抜）。"
    return Text(f"Unit: {currency} thousand a month, without tax.", ja)


def _signed(value: float, name: str, currency: str) -> str:
    shown = format.money(Money(abs(round(value)), currency), exports.language(), "compact")
    if name in ("start", "end") or not round(value):
        return shown
    return ("+" if value > 0 else format.MINUS) + shown


def tabs(here: Scenario, address: str) -> list[tuple[Text, str, bool, Text]]:
    """Each scenario: its name, its address, whether it is shown, what it means."""
    return [
        (kind.name, f"?{address}{'&' if address else ''}scenario={key.value}", key is here, kind.meaning)
        for key, kind in KINDS.items()
    ]  # fmt: skip
