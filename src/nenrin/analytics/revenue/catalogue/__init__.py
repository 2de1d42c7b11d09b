"""Every revenue KPI, declared once, in the order in which pages show them."""

from nenrin.analytics.revenue.catalogue import adoption, amounts, economics, experience, flows, renewals, retention
from nenrin.analytics.revenue.kpis import Kpi
from nenrin.values import Text

KPIS: dict[str, Kpi] = {
    kpi.key: kpi
    for module in (retention, flows, renewals, amounts, economics, adoption, experience)
    for kpi in module.ALL
}
GROUPS: dict[str, Text] = {
    "retention": Text("Churn and retention", "解約と継続"),
    "growth": Text("Growth", "成長"),
    "renewal": Text("Renewals", "更新"),
    "amount": Text("Revenue and accounts", "売上と顧客"),
    "economics": Text("Unit economics", "採算"),
    "adoption": Text("Onboarding and adoption", "オンボーディングと活用"),
    "experience": Text("Customer experience", "顧客体験"),
    "marketing": Text("Customer marketing", "カスタマーマーケティング"),
}

__all__ = ["GROUPS", "KPIS"]
