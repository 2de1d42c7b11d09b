"""C: "keeping costs a fifth of winning" (1:5): an identity with an assumption inside, and no law."""

from __future__ import annotations

from nenrin.analytics.roi import books, worths
from nenrin.analytics.roi.claims.base import Path, Reading, Recipe, path
from nenrin.analytics.roi.companies import Company
from nenrin.values import Text

RATIO = 5


def cost_of_a_save(company: Company) -> float:
    """What one account kept *because of* the help costs: help goes to many who would have stayed, or leave anyway.

    >>> round(cost_of_a_save(Company(contact_cost=5_000, uplift=0.05)))
    100000
    """
    return company.contact_cost / company.uplift


def needed_uplift(company: Company) -> float:
    """The uplift from which a save costs a fifth of a win or less.

    >>> needed_uplift(Company(contact_cost=5_000, cac=500_000))
    0.05
    """
    return RATIO * company.contact_cost / company.cac


def won(company: Company) -> float:
    """Accounts that the budget wins.

    >>> won(Company(budget=1_000_000, cac=100_000))
    10.0
    """
    return company.budget / company.cac


def helped(company: Company) -> float:
    """Accounts that the budget helps, each of them once: no more than there are.

    >>> helped(Company(budget=1_000_000, contact_cost=1_000, mrr=2_800_000, arpa=50_000, is_counted=True))
    56.0
    """
    paid_for = company.budget / company.contact_cost if company.contact_cost else float("inf")
    return min(paid_for, company.accounts) if company.is_counted else paid_for


def kept(company: Company) -> float:
    """Accounts that the budget keeps.

    >>> kept(Company(budget=1_000_000, contact_cost=1_000, uplift=0.05))
    50.0
    """
    return helped(company) * company.uplift


def effect(company: Company) -> float:
    """Discounted gross profit of the accounts kept, less that of the accounts won with the same budget."""
    if not company.contact_cost:
        return 0.0
    worth = worths.worth(company.arpa * company.margin, company.churn, discount=company.discount)
    return (kept(company) - won(company)) * worth


def _yearly(company: Company) -> float:
    if not company.contact_cost:
        return 0.0
    spent = helped(company) * company.contact_cost
    return kept(company) * worths.worth(company.arpa * company.margin, company.churn, months=12) - spent


def _readings(company: Company) -> tuple[Reading, ...]:
    found = [
        Reading(Text("Accounts helped for the budget", "予算で支援する顧客数"), None, helped(company), "count"),
        Reading(Text("Accounts won, or kept, for the budget", "予算で獲得できる／維持できる顧客数"), won(company), kept(company), "count"),
        Reading(Text("Cost of one account won, or kept", "1顧客の獲得費用／維持費用"), company.cac, cost_of_a_save(company), "money"),
        Reading(Text("Times dearer to win than to keep", "維持に対する獲得費用の倍率"), None, company.cac / max(cost_of_a_save(company), 1e-9), "times"),
        Reading(Text("Share kept by help from which 1:5 holds", "1対5が成り立つために必要な、支援で継続に転じる割合"), company.uplift, needed_uplift(company), "share"),
    ]  # fmt: skip
    return tuple(found) if company.contact_cost else (found[-1],)


def _path(company: Company) -> Path:
    months = 12 * company.years
    counts = (won(company), kept(company) if company.contact_cost else 0.0)
    return path(*(books.billed_in_advance(count * company.arpa, company.churn, months) for count in counts))


RECIPE = Recipe(
    "costs",
    Text("Keeping a customer costs a fifth of winning one (1:5)", "新規獲得は維持の5倍の費用がかかる（1対5の法則）"),
    Text("no source gives data", "データの出典なし"),
    Text(
        "Holds only where the help changes what happens: share kept by help ≥ 5 × cost of help / CAC.",
        "支援によって結果が変わる場合にだけ成り立つ：支援で継続に転じる割合 ≧ 5 × 支援費用 ÷ CAC。",
    ),
    (
        Text(
            "A save is counted only where the account would have left without help; measure it against a holdout.",
            "支援がなければ解約した顧客だけを「維持」と数える（未実施グループとの比較で測る）。",
        ),
        Text(
            "Each account is helped once: where the budget reaches for more than the accounts there are, the rest stays unspent.",
            "支援は1社1回。予算が全顧客への支援額を超える分は使わない。",
        ),
        Text("Winning more does not get dearer.", "獲得数が増えても獲得単価は変わらない。"),
        Text("A kept and a won account are worth the same.", "維持した顧客と獲得した顧客の価値は等しい。"),
    ),
    "kept = min(budget / cost of help, accounts) × uplift;  cost of a save = cost of help / uplift;  1:5 ⇔ uplift ≥ 5 × cost of help / CAC",
    Text("discounted gross profit: kept instead of won", "維持に使った場合と獲得に使った場合の粗利の差（割引後）"),
    ("budget", "cac", "contact_cost", "uplift", "mrr", "arpa", "margin", "churn", "discount"),
    effect,
    _yearly,
    _readings,
    _path,
    (Text("spent on winning", "獲得に使う"), Text("spent on keeping", "維持に使う")),
)
