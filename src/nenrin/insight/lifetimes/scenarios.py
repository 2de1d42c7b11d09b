"""The simulator's starting point: what the organisation's contracts and costs say, an assumption for everything else."""

from __future__ import annotations

from nenrin.analytics.revenue.policies import Policy
from nenrin.analytics.roi.companies import INPUTS, Company
from nenrin.insight.lifetimes.starts import Start


def known(start: Start) -> dict[str, float]:
    """Inputs that the contracts give, and CAC where costs are known; none where no contract with a price runs."""
    if not start.mrr:
        return {}
    found: dict[str, float] = {
        "mrr": float(start.mrr),
        "arpa": float(round(start.arpa)),
        "new_mrr": float(start.new_mrr),
    }
    if start.churn is not None:
        found["churn"] = round(min(max(start.churn, INPUTS["churn"].low), INPUTS["churn"].high), 5)
    if start.cac is not None and INPUTS["cac"].low <= start.cac <= INPUTS["cac"].high:
        found["cac"] = float(round(start.cac))
    return found


def company(start: Start, policy: Policy | None = None) -> Company:
    """Known figures with assumptions (margin and discount rate those of the metric policy where it is given): the aim is a point of churn less (a third where there is not so much), and
    where costs do not tell it, winning an account costs a year of its margin."""
    made = Company(is_counted=True)
    if policy is not None:
        made = made.with_("margin", policy.gross_margin).with_("discount", policy.yearly_discount)
    for key, value in known(start).items():
        made = made.with_(key, value)
    aim = made.churn - 0.01 if made.churn > 0.02 else made.churn * 2 / 3
    made = made.with_("churn_after", round(max(aim, INPUTS["churn_after"].low), 5))
    return made if "cac" in known(start) else made.with_("cac", float(round(made.arpa * 12 * made.margin)))
