"""The three pages of risk."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode

from nenrin.values import Text
from nenrin.web.components import Tab

PAGES = (
    ("risks", Text("Accounts", "顧客別")),
    ("risk-forecast", Text("Forecast and outcome", "予測と実績")),
    ("risk-models", Text("Models", "予測モデル")),
)


def tabs(here: str, event: str) -> tuple[Tab, ...]:
    return tuple(Tab(label, f"{reverse(name)}?{urlencode({'event': event})}", name == here) for name, label in PAGES)
