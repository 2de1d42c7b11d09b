"""A model's card for the page: what it rests on, how far up the ladder it went, how good it was on later months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nenrin.analytics.forecasts.hazards.drifts import ALARM
from nenrin.insight.models import RiskModelVersion
from nenrin.insight.risk import words as risk_words
from nenrin.insight.risk.words import STATE_NAMES
from nenrin.values import Text
from nenrin.web.risk.words import HORIZONS, RULES

STEPS: dict[str, Text] = {
    "tier": Text("base rate of the tier", "企業規模ごとの基準率"),
    "calendar": Text("with the contract's calendar", "契約の更新時期を加味"),
    "health": Text("with the health score", "ヘルススコアを加味"),
    "hazard": Text("with all measures", "全指標を加味"),
    "curves": Text("with curves of measures", "指標の曲線を加味"),
    "level": Text("with the level behind the measures", "利用の基調を加味"),
    "level_curves": Text("with the level and curves of measures", "利用の基調と指標の曲線を加味"),
    "boosted": Text("boosted trees", "勾配ブースティング"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A version in the list."""

    row: RiskModelVersion
    state: Text
    step: Text
    is_used: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """A step on data it had not seen: log loss, and how much of the tier's loss it saves."""

    step: Text
    loss: str
    gain: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """One horizon, on months and accounts that were not learned from."""

    horizon: Text
    auc: str
    auc_due: str
    slope: str
    ece: str
    skill: str
    lift: str
    expected: str
    events: int
    origins: int


@dataclass(frozen=True, slots=True)
class TierLine:
    """Calibration of one tier at a horizon: events expected and come, slope with its 95 % interval."""

    horizon: Text
    tier: Text
    rows: int
    expected: str
    happened: int
    slope: str


@dataclass(frozen=True, slots=True)
class Finding:
    rule: Text
    feature: Text
    figure: str
    is_refusal: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """A measure's population stability index, and what it means."""

    name: Text
    figure: str
    words: Text


@dataclass(frozen=True, slots=True)
class Card:
    step: Text
    why: Text
    trials: tuple[Trial, ...]
    verdicts: tuple[Verdict, ...]
    tiers: tuple[TierLine, ...]
    findings: tuple[Finding, ...]
    features: tuple[Text, ...]
    moved: tuple[Moved, ...] | None = None
    moved_story: Text | None = None
    level: Text | None = None


def line(row: RiskModelVersion) -> Line:
    return Line(row, STATE_NAMES[row.state], step(row), row.used_from is not None and row.used_until is None)


def step(row: RiskModelVersion) -> Text:
    return STEPS.get(str(row.card.get("step", "")), Text("—", "—"))


def card(row: RiskModelVersion, tiers: Mapping[str, Text]) -> Card:
    """`tiers`: their names by key."""
    told: Mapping[str, Any] = row.card
    verdicts = told.get("verdicts", ())
    return Card(
        step(row),
        _why(told),
        tuple(_trial(one, told.get("step")) for one in told.get("trials", ())),
        tuple(_verdict(one) for one in verdicts),
        tuple(_tier(one, tier, tiers) for one in verdicts for tier in one["tiers"]),
        tuple(_finding(one) for one in row.findings),
        tuple(risk_words.feature(key) for key in told.get("features", ())),
        tuple(_moved(key, psi) for key, psi in told["drift"]) if "drift" in told else None,
        _moved_story(told.get("drift", ())),
        _level(told) if "level" in told else None,
    )


def _moved(key: str, psi: float) -> Moved:
    way = (
        Text("moved far", "大きく変化") if psi > ALARM else
        Text("moved a little", "やや変化") if psi > ALARM / 2.5 else
        Text("as before", "変化なし")
    )  # fmt: skip
    return Moved(risk_words.feature(key), f"{psi:.2f}", way)


def _moved_story(told: Sequence[Sequence[Any]]) -> Text:
    """Which measures of the newest months lie far from where they lay before."""
    far = [risk_words.feature(str(key)) for key, psi in told if float(psi) > ALARM]
    if not far:
        return Text(
            "In the newest three months no measure lies far from where it lay before.",
            "直近3か月の指標に、それ以前からの大きな変化はない。",
        )
    return Text(
        f"In the newest three months these lie far from where they lay before: {', '.join(one.en for one in far)}. "
        "What was learned of them may no longer hold.",
        f"直近3か月で大きく変化した指標：{'、'.join(one.ja for one in far)}。これらについて学習した内容は当てはまらない可能性がある。",
    )


def _why(told: Mapping[str, Any]) -> Text:
    """Why this step, in words."""
    if told.get("why") == "few":
        kept = f"{100 * float(told.get('share_kept', 1.0)):.0f}%"
        return Text(
            f"Few events: tried on accounts it had not seen. Of its distance from the base rate of the tier {kept} is "
            "kept, as much as unseen accounts bear out.",
            f"発生数が少ないため、学習に使っていない顧客で検証。企業規模ごとの基準率との差のうち、裏づけのある{kept}だけを採用。",
        )
    if told.get("why") == "gain":
        return Text(
            "Tried on later months and other accounts: nothing above it gains more than one standard error.",
            "後の月・別の顧客で検証。これより複雑なモデルは標準誤差を超える改善がなかった。",
        )
    return Text("", "")


def _level(told: Mapping[str, Any]) -> Text:
    """Whether the level behind the measures is read, and what later months say of it."""
    tried = told["level"]
    if tried is None:
        return Text(
            "The level behind the measures was not tried: there are too few events or months to learn it from.",
            "利用の基調（複数の指標の背後にある水準）は、発生数または月数が足りないため試していない。",
        )
    gain = f"{tried['gain']:+.1f}% ± {tried['error']:.1f}"
    kept = (
        Text("It is read.", "採用した。") if tried["kept"] else
        Text("Later months do not bear it out: it is not read.", "後の月で改善が認められないため、採用していない。")
    )  # fmt: skip
    return Text(
        f"Underlying level of use, filtered month by month from several measures: on later months and other accounts it "
        f"changes the gain by {gain}. {kept.en}",
        f"利用の基調（複数の指標から月ごとに推定した水準）を後の月・別の顧客で検証。改善は{gain}。{kept.ja}",
    )


def _trial(one: Mapping[str, Any], chosen: Any) -> Trial:
    return Trial(
        STEPS.get(one["step"], Text(one["step"], one["step"])),
        f"{one['loss']:.4f}",
        f"{one['gain']:+.1f}% ± {one['error']:.1f}",
        one["step"] == chosen,
    )


def _verdict(one: Mapping[str, Any]) -> Verdict:
    return Verdict(
        _horizon(one["horizon_days"]),
        _figure(one["auc"]),
        _figure(one["auc_due"]),
        _between(one["slope"], one["slope_low"], one["slope_high"]),
        f"{100 * one['ece']:.1f}pt" if one["ece"] is not None else "—",
        _figure(one["skill"], 100, "%", 0),
        f"×{one['lift']:.1f}" if one["lift"] is not None else "—",
        f"{one['expected']:.1f}",
        one["events"],
        one["origins"],
    )


def _tier(one: Mapping[str, Any], tier: Mapping[str, Any], names: Mapping[str, Text]) -> TierLine:
    key = str(tier["tier"])
    slope = _between(tier["slope"], tier["low"], tier["high"])
    name = names.get(key, Text(key or "without a tier", key or "規模未設定"))
    return TierLine(
        _horizon(one["horizon_days"]), name, tier["rows"], f"{tier['expected']:.1f}", tier["happened"], slope
    )


def _horizon(days: int) -> Text:
    return HORIZONS.get(days, Text(f"{days} days", f"{days}日"))


def _figure(one: Mapping[str, Any] | None, scale: float = 1.0, unit: str = "", digits: int = 3) -> str:
    """ "0.742 ± 0.021": a mean over origins and its standard error."""
    if not one or one["mean"] is None:
        return "—"
    error = f" ± {scale * one['error']:.{digits}f}" if one["error"] is not None else ""
    return f"{scale * one['mean']:.{digits}f}{unit}{error}"


def _between(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:.2f}" + (f" ({low:.2f} – {high:.2f})" if low is not None and high is not None else "")


def _finding(one: Mapping[str, Any]) -> Finding:
    feature = risk_words.feature(one["feature"]) if one["feature"] else Text("all rows", "全体")
    return Finding(
        RULES.get(one["rule"], Text(one["rule"].replace("_", " "), one["rule"].replace("_", " "))),
        feature,
        f"{one['figure']:g}",
        one["severity"] == "refuse",
    )
