"""What is asked at first use, and what follows from it: which areas show, what is proposed, which KPIs come first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nenrin.foundation.models import Organisation
from nenrin.values import Text

PROBLEMS: Mapping[str, Text] = {
    "onboarding": Text("Customers leave early, in onboarding", "オンボーディング中の早期解約"),
    "renewal": Text("Customers leave at the renewal", "更新時の解約"),
    "usage": Text("The product is used too little", "利用が定着しない"),
    "expansion": Text("Not enough expansion", "アップセル・クロスセルが伸びない"),
    "overview": Text("No overview of the customers", "顧客の状況が見えない"),
}
TEAMS: Mapping[str, Text] = {
    "1": Text("1 person", "1人"),
    "2-5": Text("2 to 5", "2〜5人"),
    "6-20": Text("6 to 20", "6〜20人"),
    "21+": Text("More than 20", "21人以上"),
}
PHASES: Mapping[str, Text] = {
    "onboarding": Text("Onboarding", "オンボーディング"),
    "adoption": Text("Adoption", "活用"),
    "renewal": Text("Renewal", "更新"),
    "expansion": Text("Expansion", "拡大"),
}
#: Parts of the product that a focus shows or hides; what belongs to none always shows.
AREAS: Mapping[str, Text] = {
    "onboarding": Text("Handoffs, onboarding, success plans", "引き継ぎ・オンボーディング・サクセスプラン"),
    "renewal": Text("Renewals, churn reasons and risk", "更新管理・解約理由・解約リスク"),
    "adoption": Text("Usage data and measures", "利用データ・指標"),
    "expansion": Text("Opportunities, products, lifetime value", "提案機会・製品・LTV"),
    "figures": Text("Executive dashboard and revenue", "経営ダッシュボード・売上増減"),
    "segments": Text("Segments, tiers and touch models", "セグメント・企業規模・タッチモデル"),
    "teamwork": Text("Meetings, team and templates", "打ち合わせ・チームの状況・テンプレート"),
    "method": Text(
        "Journeys, surveys, replay, effects and retention",
        "ジャーニー・アンケート・過去シミュレーション・効果検証・リテンション",
    ),
    "money": Text("Costs, hours, contribution, budget and ROI", "費用・工数・貢献利益・予算配分・ROI試算"),
    "upkeep": Text("Data quality, mail, webhooks, attributes and API", "データ品質・メール・Webhook・独自項目・API"),
}
_OF_PROBLEM: Mapping[str, tuple[str, ...]] = {
    "onboarding": ("onboarding", "adoption"),
    "renewal": ("renewal", "figures"),
    "usage": ("adoption", "segments"),
    "expansion": ("expansion", "segments"),
    "overview": ("figures", "segments"),
}
_OF_TEAM: Mapping[str, tuple[str, ...]] = {
    "1": (),
    "2-5": ("teamwork",),
    "6-20": ("teamwork", "segments", "method", "upkeep"),
    "21+": ("teamwork", "segments", "method", "upkeep", "money", "figures"),
}
#: The KPIs that a problem is about; the others follow them.
_MAIN: Mapping[str, tuple[str, ...]] = {
    "onboarding": ("onboarding_completion", "churn_month"),
    "renewal": ("renewal_rate", "churn_month", "grr"),
    "usage": ("stickiness", "health_known", "churn_month"),
    "expansion": ("expansion_rate", "nrr"),
    "overview": ("health_known", "churn_month", "nrr"),
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What may be switched on as a first step: keys of the libraries, in their order."""

    playbooks: tuple[str, ...]
    template: str  # of onboarding; empty: none is proposed
    health_model: str


_PROPOSED: Mapping[str, Proposal] = {
    "onboarding": Proposal(("welcome", "onboarding-at-risk"), "standard", "onboarding"),
    "renewal": Proposal(("notice-deadline", "champion-left"), "", "standard"),
    "usage": Proposal(("low-usage", "champion-left"), "", "standard"),
    "expansion": Proposal(("usage-near-limit", "success-story"), "", "standard"),
    "overview": Proposal(("low-usage", "notice-deadline"), "", "standard"),
}


@dataclass(frozen=True, slots=True)
class Focus:
    """What an organisation answered; `problem` empty: nothing yet, and everything shows."""

    problem: str = ""
    team: str = ""
    begins_with: str = ""
    is_whole: bool = False

    @property
    def is_answered(self) -> bool:
        return bool(self.problem)

    @property
    def phase(self) -> str:
        """The one it begins with, where it begins with one."""
        kind, _, key = self.begins_with.partition(":")
        return key if kind == "phase" else ""

    @property
    def part(self) -> tuple[str, str]:
        """Dimension and key of the accounts it begins with; empty for all."""
        kind, _, key = self.begins_with.partition(":")
        return (kind, key) if kind in ("tier", "segment") else ("", "")

    def chosen(self) -> frozenset[str]:
        """The areas that were answered for, whether or not everything shows."""
        if not self.is_answered:
            return frozenset(AREAS)
        of_problem = (self.phase,) if self.phase else _OF_PROBLEM[self.problem]
        of_part = ("segments",) if self.part[0] else ()
        return frozenset((*of_problem, *_OF_TEAM.get(self.team, ()), *of_part))

    def shown(self) -> frozenset[str]:
        """The areas that show."""
        return frozenset(AREAS) if self.is_whole else self.chosen()

    def main(self) -> tuple[str, ...]:
        """Keys of the KPIs that the problem is about."""
        return _MAIN.get(self.problem, ())

    def proposal(self) -> Proposal | None:
        return _PROPOSED.get(self.problem)


def of(organisation: Organisation) -> Focus:
    """As the organisation's row holds it; an answer of another version that is no longer known counts as none."""
    problem = organisation.problem if organisation.problem in PROBLEMS else ""
    return Focus(problem, organisation.team_size, organisation.begins_with, organisation.has_whole_menu)
