"""One grammar of conditions over accounts, measures and health: read, written, spoken, and evaluated two ways.

What is missing is unknown, and an unknown comparison matches neither way: ask with `missing` for what is missing.
"""

from nenrin.analytics.conditions.documents import dump, parse
from nenrin.analytics.conditions.fields import Field, Fields, standard
from nenrin.analytics.conditions.frames import Where, columns, matching, ranks, where
from nenrin.analytics.conditions.problems import Problem, Unreadable
from nenrin.analytics.conditions.rows import matches
from nenrin.analytics.conditions.sentences import sentence
from nenrin.analytics.conditions.trees import All, Any, Condition, Is, Not, Op

__all__ = [
    "All",
    "Any",
    "Condition",
    "Field",
    "Fields",
    "Is",
    "Not",
    "Op",
    "Problem",
    "Unreadable",
    "Where",
    "columns",
    "dump",
    "matches",
    "matching",
    "parse",
    "ranks",
    "sentence",
    "standard",
    "where",
]
