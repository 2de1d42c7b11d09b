"""What money and hours are spent on, and for whom: to win customers, for those we have, or for neither alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nenrin.values import Text

Side = Literal["acquisition", "existing", "shared"]

SIDES: dict[Side, Text] = {
    "acquisition": Text("Acquisition", "新規獲得"),
    "existing": Text("Existing customers", "既存顧客"),
    "shared": Text("Running the service", "サービス提供"),
}
#: The two between which budget and hours are divided.
BALANCED: tuple[Side, Side] = ("acquisition", "existing")


@dataclass(frozen=True, slots=True)
class Category:
    """`side`: whom it serves. What is shared runs the service for whoever is a customer."""

    key: str
    name: Text
    side: Side


_ALL = (
    Category("acquisition", Text("Acquisition", "新規獲得"), "acquisition"),
    Category("marketing", Text("Marketing", "マーケティング"), "acquisition"),
    Category("sales", Text("Sales", "営業"), "acquisition"),
    Category("cs", Text("Customer success", "カスタマーサクセス"), "existing"),
    Category("support", Text("Support", "サポート"), "existing"),
    Category("customer_marketing", Text("Customer marketing", "既存顧客向けマーケティング"), "existing"),
    Category("infrastructure", Text("Hosting", "インフラ"), "shared"),
    Category("other", Text("Other", "その他"), "shared"),
)
CATEGORIES: dict[str, Category] = {each.key: each for each in _ALL}


def of(side: Side) -> tuple[str, ...]:
    """The keys of a side's categories.

    >>> of("acquisition")
    ('acquisition', 'marketing', 'sales')
    """
    return tuple(each.key for each in _ALL if each.side == side)
