from nenrin.customers.models.account import Account, AccountKey, AccountTag, Tag
from nenrin.customers.models.assignment import Assignment
from nenrin.customers.models.attribute import AttributeField
from nenrin.customers.models.capacity import Capacity
from nenrin.customers.models.contact import Contact, ContactEmail
from nenrin.customers.models.deputy import Deputy
from nenrin.customers.models.handover import Handover
from nenrin.customers.models.merge import Merge
from nenrin.customers.models.product import Plan, Product
from nenrin.customers.models.routing import RoutingRule
from nenrin.customers.models.rule import TierRule, TouchModel
from nenrin.customers.models.subscription import PriceStep, Subscription

__all__ = [
    "Account",
    "AccountKey",
    "AccountTag",
    "Assignment",
    "AttributeField",
    "Capacity",
    "Contact",
    "ContactEmail",
    "Deputy",
    "Handover",
    "Merge",
    "Plan",
    "PriceStep",
    "Product",
    "RoutingRule",
    "Subscription",
    "Tag",
    "TierRule",
    "TouchModel",
]
