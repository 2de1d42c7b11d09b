"""The closed sets of this room, each with its word in both languages."""

from __future__ import annotations

from enum import StrEnum

from nenrin.values import Text


class Status(StrEnum):
    PROVISIONAL = "provisional"
    PROSPECT = "prospect"
    CUSTOMER = "customer"
    LOST = "lost"
    INTERNAL_TEST = "internal-test"


class Stage(StrEnum):
    NONE = ""
    AWARENESS = "awareness"  # of prospects
    CONTRACT = "contract"
    ONBOARDING = "onboarding"
    ADOPTION = "adoption"
    EXPANSION = "expansion"
    ADVOCACY = "advocacy"


class Phase(StrEnum):
    PRIMARY = "primary"
    ONBOARDING = "onboarding"
    ADOPTION = "adoption"
    SALES = "sales"
    PARTNER = "partner"


class DecisionRole(StrEnum):
    NONE = ""
    DECISION_MAKER = "decision_maker"
    CHAMPION = "champion"
    OPERATOR = "operator"
    INFLUENCER = "influencer"
    BLOCKER = "blocker"


class SubscriptionStatus(StrEnum):
    SIGNED = "signed"
    ACTIVE = "active"
    NOTICED = "noticed"
    ENDED = "ended"


class AttributeKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOL = "bool"
    CHOICE = "choice"


#: What counts as running, and as still to come or running.
LIVE = (SubscriptionStatus.ACTIVE, SubscriptionStatus.NOTICED)
OPEN = (SubscriptionStatus.SIGNED, *LIVE)

_WORDS: dict[type[StrEnum], dict[str, Text]] = {
    Status: {
        Status.PROVISIONAL: Text("Provisional", "仮登録"),
        Status.PROSPECT: Text("Prospect", "見込み客"),
        Status.CUSTOMER: Text("Customer", "契約中"),
        Status.LOST: Text("Lost", "解約済み"),
        Status.INTERNAL_TEST: Text("Internal or test", "社内・テスト"),
    },
    Stage: {
        Stage.NONE: Text("—", "—"),
        Stage.AWARENESS: Text("Awareness", "認知"),
        Stage.CONTRACT: Text("Contracting", "契約手続き"),
        Stage.ONBOARDING: Text("Onboarding", "導入"),
        Stage.ADOPTION: Text("Adoption", "活用"),
        Stage.EXPANSION: Text("Expansion", "拡大"),
        Stage.ADVOCACY: Text("Advocacy", "推奨・紹介"),
    },
    Phase: {
        Phase.PRIMARY: Text("Owner", "担当CSM"),
        Phase.ONBOARDING: Text("Onboarding owner", "オンボーディング担当"),
        Phase.ADOPTION: Text("Adoption owner", "活用促進担当"),
        Phase.SALES: Text("Sales", "営業担当"),
        Phase.PARTNER: Text("Partner", "パートナー担当"),
    },
    DecisionRole: {
        DecisionRole.NONE: Text("Not set", "未設定"),
        DecisionRole.DECISION_MAKER: Text("Decision maker", "決裁者"),
        DecisionRole.CHAMPION: Text("Champion", "推進者"),
        DecisionRole.OPERATOR: Text("Operator", "運用担当"),
        DecisionRole.INFLUENCER: Text("Influencer", "影響者"),
        DecisionRole.BLOCKER: Text("Cautious", "慎重"),
    },
    SubscriptionStatus: {
        SubscriptionStatus.SIGNED: Text("Signed", "開始前"),
        SubscriptionStatus.ACTIVE: Text("Active", "契約中"),
        SubscriptionStatus.NOTICED: Text("Notice given", "解約予告"),
        SubscriptionStatus.ENDED: Text("Ended", "終了"),
    },
    AttributeKind: {
        AttributeKind.TEXT: Text("Text", "テキスト"),
        AttributeKind.NUMBER: Text("Number", "数値"),
        AttributeKind.DATE: Text("Date", "日付"),
        AttributeKind.BOOL: Text("Yes or no", "はい・いいえ"),
        AttributeKind.CHOICE: Text("Choice", "選択肢"),
    },
}


class _Words:
    """Words by member. Apart by kind: members of two kinds may have the same value and are then equal."""

    def __getitem__(self, member: StrEnum) -> Text:
        return _WORDS[type(member)][member]


WORDS = _Words()


def word(member: StrEnum) -> Text:
    return WORDS[member]


def choices(kind: type[StrEnum]) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in kind]
