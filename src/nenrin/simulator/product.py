"""The invented vendor whose customers these are: what it sells, what its product calls things, who works
there.
"""

from dataclasses import dataclass
from typing import Literal

from nenrin.values import Text

VENDOR = Text("Tsumugi Works", "つむぎワークス株式会社")
PRODUCT = ("tsumugi", Text("Tsumugi Site", "つむぎ現場クラウド"))

Use = Literal["login", "key_feature", "first_value", "ignore", "other"]


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan and the seats it goes up to."""

    key: str
    name: Text
    seats: int


PLANS = (
    Plan("starter", Text("Starter", "スターター"), 10),
    Plan("standard", Text("Standard", "スタンダード"), 50),
    Plan("business", Text("Business", "ビジネス"), 200),
    Plan("enterprise", Text("Enterprise", "エンタープライズ"), 2_000),
)


@dataclass(frozen=True, slots=True)
class Feature:
    """A key feature: the event that the product sends when somebody uses it."""

    key: str
    event: str
    name: Text


FEATURES = (
    Feature("record", "Record Created", Text("Site records", "現場記録")),
    Feature("report", "Report Exported", Text("Reports", "帳票出力")),
    Feature("approval", "Workflow Approved", Text("Approvals", "承認ワークフロー")),
    Feature("dashboard", "Dashboard Viewed", Text("Dashboard", "ダッシュボード")),
    Feature("mobile", "Mobile Check-in Saved", Text("Mobile check-in", "モバイル記録")),
    Feature("sharing", "Link Shared", Text("Sharing", "社外共有")),
)
LOGIN, FIRST_VALUE, IGNORED = "Signed In", "First Report Shared", "Tour Tip Shown"
# Event name -> (use, feature it stands for, as the vendor's people call it).
CATALOGUE: dict[str, tuple[Use, str]] = {
    LOGIN: ("login", ""),
    **{feature.event: ("key_feature", feature.name.ja) for feature in FEATURES},
    FIRST_VALUE: ("first_value", ""),
    IGNORED: ("ignore", ""),
}


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works for the vendor and signs in to Nenrin."""

    key: str
    name: str
    roman: str
    role: str
    team: str

    @property
    def email(self) -> str:
        """The address they sign in with."""
        return f"{self.key}@tsumugi-works.example"


TEAMS = {
    "east": Text("East", "東日本チーム"),
    "west": Text("West", "西日本チーム"),
    "growth": Text("Growth", "成長支援チーム"),
}
COLLEAGUES = (
    Colleague("admin", "管理者 松下", "Admin Matsushita", "administrator", ""),
    Colleague("takagi", "髙木 直美", "Naomi Takagi", "head", ""),
    Colleague("sato", "佐藤 美咲", "Misaki Sato", "csm", "east"),
    Colleague("ito", "伊藤 悠斗", "Yuto Ito", "csm", "east"),
    Colleague("nakajima", "中島 愛", "Ai Nakajima", "csm", "west"),
    Colleague("okada", "岡田 拓也", "Takuya Okada", "csm", "west"),
    Colleague("mori", "森 結衣", "Yui Mori", "onboarding", "growth"),
    Colleague("hasegawa", "長谷川 亮", "Ryo Hasegawa", "operations", "growth"),
    Colleague("fujita", "藤田 香織", "Kaori Fujita", "marketer", "growth"),
    Colleague("yamaguchi", "山口 健", "Ken Yamaguchi", "sales", ""),
    Colleague("ishikawa", "石川 陽子", "Yoko Ishikawa", "support", ""),
    Colleague("kondo", "近藤 翔太", "Shota Kondo", "product", ""),
    Colleague("aoki", "青木 徹", "Toru Aoki", "executive", ""),
)
# The first of each role: who can sign in to a demo.
SIGN_INS = tuple({each.role: each for each in reversed(COLLEAGUES)}.values())[::-1]


def plan_for(seats: int) -> Plan:
    """Return the smallest plan that holds so many seats."""
    return next((plan for plan in PLANS if seats <= plan.seats), PLANS[-1])
