"""The executive dashboard as slides: the words and figures of the print, nothing computed anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from nenrin.insight.executive.dashboard import Dashboard
from nenrin.insight.prints.decks import INK, QUIET, Deck, Line
from nenrin.insight.prints.executive import document

Told = Mapping[str, Any]  # as insight.prints.executive makes it
WIDE: Final = (0.5, 1.2, 12.3, 5.7)
LEFT: Final = (0.5, 1.2, 5.9, 5.7)
RIGHT: Final = (6.9, 1.2, 5.9, 5.7)
LOWER_RIGHT: Final = (6.9, 4.2, 5.9, 2.8)
#: Comments on one slide.
AT_ONCE: Final = 7


def pptx(of: Dashboard, language: str, at: datetime) -> bytes:
    """A presentation in one language, whose tables and charts can be edited."""
    told, deck = document(of, language, at), Deck(language)
    _title(deck, told)
    _findings(deck, told)
    _figures(deck, told)
    _movements(deck, told)
    _cohorts(deck, told)
    _health(deck, told)
    _losses(deck, told)
    _risks(deck, told)
    _returns(deck, told)
    _comments(deck, told)
    _notes(deck, told)
    return deck.saved(f"{told['labels']['title']} {told['period']}", told["organisation"], at)


def _title(deck: Deck, told: Told) -> None:
    slide = deck.slide(f"{told['labels']['title']}  {told['period']}")
    lines = [
        (told["organisation"], 20.0, True, INK),
        (told["about"], 14.0, False, INK),
        (told["stamp"], 12.0, False, QUIET),
    ]
    deck.words(slide, (0.5, 2.4, 12.3, 2.5), lines)


def _findings(deck: Deck, told: Told) -> None:
    labels = told["labels"]
    slide = deck.slide(f"{labels['decisions']} / {labels['explained']}")
    decided = list(_lines(told["decisions"])) or [(labels["no_decisions"], 13.0, False, INK)]
    deck.words(slide, LEFT, [(labels["decisions"], 14.0, True, INK), *decided])
    deck.words(slide, RIGHT, [(labels["explained"], 14.0, True, INK), *_lines(told["explained"])])


def _lines(found: Sequence[Told]) -> Iterator[Line]:
    for each in found:
        who = f"  {each['who']}" if each["who"] else ""
        yield each["title"] + who, 12.0, True, INK
        yield each["text"].strip(), 11.0, False, QUIET


def _figures(deck: Deck, told: Told) -> None:
    labels = told["labels"]
    slide = deck.slide(labels["tiles"])
    heads = [labels[key] for key in ("figure", "value", "change", "against", "interval_95")]
    rows = [
        [one["name"], one["value"] if one["is_known"] else labels["missing"], one["change"], one["note"], one["reach"]]
        for one in told["tiles"]
    ]
    deck.table(slide, WIDE, heads, rows, widths=(3.4, 2, 1.6, 3, 2.4))


def _movements(deck: Deck, told: Told) -> None:
    labels = told["labels"]
    slide = deck.slide(f"{labels['bridge']} / {labels['retention']}")
    steps = [(one["name"], float(one["amount"]), one["shown"], one["total"]) for one in told["bridge"]]
    deck.columns(slide, LEFT, steps, told["bridge_story"])
    kept = told["retention"]
    if kept is None:
        deck.words(slide, RIGHT, [(labels["missing"], 13.0, False, QUIET)])
        return
    series = [(f"{one['name']} {one['last']}", one["values"]) for one in kept["series"]]
    deck.lines(slide, RIGHT, kept["periods"], series, told["retention_story"])


def _cohorts(deck: Deck, told: Told) -> None:
    if not told["cohorts"]:
        return
    labels = told["labels"]
    slide = deck.slide(labels["cohorts"])
    heads = [labels["first_paid"], labels["accounts"], *(str(n) for n in range(13))]
    rows = [[row["name"], row["accounts"], *(cell["text"] for cell in row["cells"])] for row in told["cohorts"]]
    shades = [[0, 0, *(0 if cell["partial"] else cell["shade"] for cell in row["cells"])] for row in told["cohorts"]]
    deck.table(slide, WIDE, heads, rows, widths=(2.2, 1.2, *([1.0] * 13)), shades=shades)
    deck.words(slide, (0.5, 6.8, 12.3, 0.5), [(labels["cohorts_note"], 10.0, False, QUIET)])


def _health(deck: Deck, told: Told) -> None:
    """Health now and who moved, beside the renewals ahead."""
    labels, health = told["labels"], told["health"]
    slide = deck.slide(f"{labels['health']} / {labels['ahead']}" if told["sees_health"] else labels["ahead"])
    if told["sees_health"] and health is None:
        deck.words(slide, LEFT, [(labels["no_health"], 13.0, False, QUIET)])
    elif health is not None:
        rows = [[part["name"], part["mrr"], part["percent"], part["accounts"]] for part in health["parts"]]
        deck.table(slide, LEFT, [health["day"], "MRR", labels["leaving_share"], labels["accounts"]], rows)
        if health["moved"]:
            deck.words(slide, (0.5, 3.7, 5.9, 0.4), [(labels["moved"], 12.0, True, INK)])
            moved = [[row["name"], *row["counts"]] for row in health["moved"]]
            deck.table(slide, (0.5, 4.1, 5.9, 2.8), [labels["before"], *health["ends"]], moved, size=10)
    heads = [labels["month"], labels["contracts"], "MRR", labels["of_it_at_risk"], labels["noticed"]]
    keys = ["month", "contracts", "mrr", "at_risk", "noticed"]
    if not told["sees_health"]:
        del heads[3], keys[3]
    deck.table(slide, RIGHT, heads, [[row[key] for key in keys] for row in told["ahead"]])
    deck.words(slide, (6.9, 3.9, 5.9, 0.4), [(labels["ahead_note"], 10.0, False, QUIET)])


def _losses(deck: Deck, told: Told) -> None:
    """Why accounts left, what is expected, the team's time and how good the scores are."""
    labels = told["labels"]
    slide = deck.slide(f"{labels['leaving']} / {labels['capacity']}")
    if told["leaving"]:
        heads = [labels["leaving"], labels["leaving_mrr"], labels["leaving_share"], labels["accounts"]]
        rows = [[row["name"], row["mrr"], row["share"], row["accounts"]] for row in told["leaving"]]
        deck.table(slide, LEFT, heads, rows, widths=(3, 1.4, 1, 1))
    else:
        deck.words(slide, LEFT, [(labels["nobody_left"], 13.0, False, QUIET)])
    says = [(labels["capacity"], 12.0, True, INK), (told["capacity"]["says"], 11.0, False, INK)]
    deck.words(slide, (6.9, 1.1, 5.9, 0.9), says)
    if told["capacity"]["rows"]:
        lines = [[row["name"], row["value"]] for row in told["capacity"]["rows"]]
        deck.table(slide, (6.9, 2.0, 5.9, 2.0), [labels["capacity"], ""], lines, widths=(4, 1), size=10)
    if told["expected"]:
        heads = [labels["expected"], labels["expected_value"], labels["interval_80"]]
        rows = [[row["name"], row["value"], row["reach"]] for row in told["expected"]["rows"]]
        deck.table(slide, LOWER_RIGHT, heads, rows, widths=(2.4, 1.4, 2), size=10)
    if told["scores"]:
        heads = [labels[key] for key in ("scores", "auc", "slope", "lift", "left_then")]
        rows = [[row[key] for key in ("name", "auc", "slope", "lift", "left")] for row in told["scores"]]
        deck.table(slide, (0.5, 5.0, 5.9, 1.8), heads, rows, widths=(2.4, 2, 0.8, 0.8, 0.8), size=10)


def _risks(deck: Deck, told: Told) -> None:
    if not told["sees_health"]:
        return
    labels = told["labels"]
    slide = deck.slide(labels["risks"])
    if not told["risks"]:
        deck.words(slide, WIDE, [(labels["no_risks"], 13.0, False, QUIET)])
        return
    keys = ("account", "score", "change_30", "reasons", "mrr", "notice", "owner")
    heads = ["MRR" if key == "mrr" else labels[key] for key in keys]
    rows = [[row["name" if key == "account" else "change" if key == "change_30" else key] for key in keys]
            for row in told["risks"]]  # fmt: skip
    deck.table(slide, WIDE, heads, rows, widths=(3, 0.8, 0.9, 4, 1.3, 1.4, 1.5), size=10)


def _returns(deck: Deck, told: Told) -> None:
    found, labels = told["returns"], told["labels"]
    if found is None:
        return
    slide = deck.slide(labels["returns"])
    deck.words(slide, (0.5, 1.2, 12.3, 1.4), [(found["says"], 16.0, True, INK)])
    heads = [labels["figure"], labels["value"], labels["returns_from"]]
    rows = [[row["name"], row["value"], row["from"]] for row in found["rows"]]
    deck.table(slide, (0.5, 2.8, 9.0, 3.4), heads, rows, widths=(3, 2, 2))
    deck.words(slide, (0.5, 6.4, 12.3, 0.5), [(found["since"], 10.0, False, QUIET)])


def _comments(deck: Deck, told: Told) -> None:
    found = told["comments"]
    for start in range(0, len(found), AT_ONCE):
        lines: list[Line] = []
        for each in found[start : start + AT_ONCE]:
            lines += [
                (each["about"], 12.0, True, INK),
                (each["words"], 12.0, False, INK),
                (each["who"], 10.0, False, QUIET),
            ]
        deck.words(deck.slide(told["labels"]["comments"]), WIDE, lines)


def _notes(deck: Deck, told: Told) -> None:
    labels = told["labels"]
    slide = deck.slide(f"{labels['policy']} / {labels['notes']}")
    lines = [(told["version"], 12.0, True, INK), (told["policy"], 11.0, False, INK)]
    for each in told["notes"]:
        count = f"  {each['accounts']}" if each["accounts"] else ""
        lines += [(each["name"] + count, 11.0, True, INK), (each["behaviour"], 10.0, False, QUIET)]
    deck.words(slide, WIDE, lines)
