"""The kinds of file that can be imported: one module a kind."""

from __future__ import annotations

from collections.abc import Mapping

from nenrin.ingest.files.kinds import (
    accounts,
    answers,
    contacts,
    costs,
    efforts,
    events,
    invoices,
    metered,
    rates,
    subscriptions,
    tickets,
)
from nenrin.ingest.files.kinds.shape import Kind

KINDS: Mapping[str, Kind] = {
    module.KIND.key: module.KIND
    for module in (
        accounts,
        contacts,
        subscriptions,
        metered,
        tickets,
        answers,
        invoices,
        costs,
        efforts,
        rates,
        events,
    )
}
