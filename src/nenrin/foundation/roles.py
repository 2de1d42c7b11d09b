"""The ten roles of a customer success organisation."""

from enum import StrEnum

from nenrin.values import Text


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    HEAD = "head"
    CSM = "csm"
    OPERATIONS = "operations"
    ONBOARDING = "onboarding"
    MARKETER = "marketer"
    SALES = "sales"
    SUPPORT = "support"
    PRODUCT = "product"
    EXECUTIVE = "executive"


NAMES: dict[Role, Text] = {
    Role.ADMINISTRATOR: Text("Administrator", "管理者"),
    Role.HEAD: Text("Head of CS", "CS責任者"),
    Role.CSM: Text("CSM", "担当CSM"),
    Role.OPERATIONS: Text("CS operations", "CSオペレーション"),
    Role.ONBOARDING: Text("Onboarding", "オンボーディング担当"),
    Role.MARKETER: Text("Marketer", "マーケティング"),
    Role.SALES: Text("Sales", "営業"),
    Role.SUPPORT: Text("Support", "サポート"),
    Role.PRODUCT: Text("Product", "プロダクト"),
    Role.EXECUTIVE: Text("Executive viewer", "経営（閲覧）"),
}
