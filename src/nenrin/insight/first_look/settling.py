"""From rows to contracts: what an end means, which rows say the same or overlap, and what had to be assumed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from nenrin.analytics.forecasts.lifetimes.lives import _add as later
from nenrin.analytics.revenue.contracts import Contract, Step
from nenrin.insight.first_look.reading import Line, Told, months_between
from nenrin.values import Text

#: A term that ended is over ("leaves"), or goes on until an end is told ("renews").
Ends = Literal["leaves", "renews"]
TERM = 12
