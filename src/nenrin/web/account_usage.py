"""The usage of an account as a page shows it: a heat map of features by week, and users beside seats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from nenrin.insight.usage import Feature, Usage
from nenrin.values import Ratio, Text
from nenrin.web.charts.scale import Scale, unit

#: Counts from which the eight steps of the heat map begin; fixed, so that two accounts can be compared.
BOUNDS = (1, 3, 10, 30, 100, 300, 1000)
USES = {
    "login": Text("Sign-in", "ログイン"),
    "key_feature": Text("Key feature", "キー機能"),
    "first_value": Text("First value", "最初の成功体験"),
    "other": Text("Other", "その他"),
    "unmapped": Text("Not mapped yet", "未分類"),
}
HEIGHT, LEFT, RIGHT = 160.0, 40.0, 716.0


@dataclass(frozen=True, slots=True)
class Cell:
    count: int
    step: str  # q1 to q8


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    use: Text
    cells: tuple[Cell, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Bar:
    x: str
    y: str
    width: str
    height: str
    middle: str
    users: int
    week: date


@dataclass(frozen=True, slots=True)
class Picture:
    used: Usage
    rows: tuple[Row, ...]
    bars: tuple[Bar, ...]
    seats: int
    seats_y: str
    seat_share: Ratio


def picture(used: Usage, seats: int) -> Picture:
    """Geometry in units of a box 720 wide and 200 high; seats are the line across the bars."""
    top = max(*used.users, seats, 1)
    height = Scale(0, top, HEIGHT, 8)
    step = (RIGHT - LEFT) / len(used.weeks)
    bars = tuple(
        Bar(
            unit(LEFT + n * step + step * 0.15), unit(height(users)), unit(step * 0.7), unit(HEIGHT - height(users)),
            unit(LEFT + (n + 0.5) * step), users, used.weeks[n],
        )
        for n, users in enumerate(used.users)
    )  # fmt: skip
    rows = tuple(_row(feature) for feature in used.features)
    return Picture(used, rows, bars, seats, unit(height(seats)), Ratio(used.users[-1], seats))


def _row(feature: Feature) -> Row:
    use = USES.get(feature.use, USES["other"])
    return Row(feature.name, use, tuple(Cell(n, _step(n)) for n in feature.counts), feature.total)


def _step(count: int) -> str:
    """
    >>> _step(0), _step(5), _step(2000)
    ('q1', 'q3', 'q8')
    """
    return f"q{1 + sum(count >= bound for bound in BOUNDS)}"
