"""Measures: declared once, evaluated for any account on any day, as it was known then."""

from nenrin.analytics.kpis.calendar import Calendar
from nenrin.analytics.kpis.catalogue import MEASURES, find
from nenrin.analytics.kpis.catalogue.attributes import attribute
from nenrin.analytics.kpis.engine import evaluate, evaluate_in_slabs
from nenrin.analytics.kpis.grid import Grid
from nenrin.analytics.kpis.measures import Component, Measure, Relation

__all__ = [
    "MEASURES",
    "Calendar",
    "Component",
    "Grid",
    "Measure",
    "Relation",
    "attribute",
    "evaluate",
    "evaluate_in_slabs",
    "find",
]
