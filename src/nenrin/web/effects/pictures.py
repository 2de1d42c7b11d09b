"""The difference as it was known at each look, with the interval that held there."""

from __future__ import annotations

from nenrin.foundation import format
from nenrin.playbooks.effects.readings import Look, Reading
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.charts.lines import Lines, Series
from nenrin.web.effects import words

EXPORT_HEADS = (
    Text("Look", "確認日"), Text("Treated", "実施"), Text("Left alone", "未実施"), Text("Mean, treated", "実施の平均"),
    Text("Mean, left alone", "未実施の平均"), Text("Difference", "差"), Text("Low (every look)", "下限（常時有効）"),
    Text("High (every look)", "上限（常時有効）"), Text("Low (one look)", "下限（1回のみ）"), Text("High (one look)", "上限（1回のみ）"),
    Text("Left alone, helped since", "未実施から実施に移った顧客"),
)  # fmt: skip


def looks(reading: Reading) -> Lines | None:
    """None before there were enough accounts at two looks."""
    told = [one for one in reading.looks if one.readout.now]
    if len(told) < 2:
        return None
    language, metric = exports.language(), reading.metric
    scale = 100.0 if metric.is_share else 1.0

    def series(label: Text, values: list[float]) -> Series:
        texts = tuple(words.figure(value, metric, language, signed=True) for value in values)
        return Series(label, tuple(scale * value for value in values), texts)

    effect = [one.readout.effect or 0.0 for one in told]
    low, high = ([_edge(one, side) for one in told] for side in (0, 1))
    return Lines(
        tuple(format.day(one.on, language) for one in told),
        (series(Text("Difference", "差"), effect), series(Text("Low", "下限"), low), series(Text("High", "上限"), high)),
        words.finding(reading), low=None, edges=(0.0,), axis=Text("Look", "確認日"),
    )  # fmt: skip


def _edge(look: Look, side: int) -> float:
    assert look.readout.now is not None
    return look.readout.now[side]


def exported(reading: Reading) -> list[list[object]]:
    """Raw figures, a row a look."""
    rows: list[list[object]] = []
    for look in reading.looks:
        found = look.readout
        edges = [*(found.now or (None, None)), *(found.once or (None, None))]
        rows.append([look.on, found.treated, found.held, found.mean, found.base, found.effect, *edges, look.crossed])
    return rows
