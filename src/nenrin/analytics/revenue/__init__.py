"""Recurring revenue: rate lines from contracts, movements between any two instants, and the rates made of them."""

from nenrin.analytics.revenue.books import Book, book, of_contracts
from nenrin.analytics.revenue.contracts import Contract, Step
from nenrin.analytics.revenue.exchange import Exchange
from nenrin.analytics.revenue.movements import Movements, gross, net
from nenrin.analytics.revenue.policies import Policy

__all__ = ["Book", "Contract", "Exchange", "Movements", "Policy", "Step", "book", "gross", "net", "of_contracts"]
