"""A first look as one file that needs nothing beside it."""

from __future__ import annotations

from pathlib import Path

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from nenrin.insight.first_look.caveats import caveats
from nenrin.insight.first_look.looking import Look
from nenrin.insight.first_look.reading import FIELDS
from nenrin.web.first_look import words

STYLE = Path(__file__).parents[1] / "static" / "css" / "first_look_file.css"
ROWS = 200


def page(of: Look, language: str) -> str:
    """HTML in one language; the style is inside, nothing is loaded."""
    names = {field.key: field.name for field in FIELDS}
    context = {
        "language": language,
        "style": mark_safe(STYLE.read_text(encoding="utf-8")),  # our own file
        "head": words.head(of),
        "lines": words.lines(of),
        "caveats": caveats(of),
        "marked": [(each.mark, words.rows(each.rows)) for each in of.settled.marked],
        "problems": [words.problem(left.number, p) for left in of.told.left[:ROWS] for p in left.problems],
        "columns": [
            (names[key].in_(language), ", ".join(origin.columns())) for key, origin in of.told.mapping.fields.items()
        ],
    }
    return render_to_string("first_look/file.html", context)
