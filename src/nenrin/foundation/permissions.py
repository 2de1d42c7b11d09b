"""Who may do what, on whose accounts, and which fields they see.

A role grants a permission with a scope: on one's own accounts, on one's team's, or on all.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from nenrin.foundation.roles import Role

if TYPE_CHECKING:
    from nenrin.foundation.models import Member


class Scope(StrEnum):
    OWN = "own"
    TEAM = "team"
    ALL = "all"


class Permission(StrEnum):
    ACCOUNTS_VIEW = "accounts.view"
    ACCOUNTS_EDIT = "accounts.edit"
    ACCOUNTS_ASSIGN = "accounts.assign"
    ACCOUNTS_MERGE = "accounts.merge"
    CONTACTS_VIEW = "contacts.view"
    CONTACTS_EDIT = "contacts.edit"
    SUBSCRIPTIONS_VIEW = "subscriptions.view"
    SUBSCRIPTIONS_EDIT = "subscriptions.edit"
    COSTS_VIEW = "costs.view"
    COSTS_EDIT = "costs.edit"
    TIMELINE_VIEW = "timeline.view"
    TIMELINE_WRITE = "timeline.write"
    HEALTH_VIEW = "health.view"
    HEALTH_OVERRIDE = "health.override"
    HEALTH_CONFIGURE = "health.configure"
    MEASURES_VIEW = "measures.view"
    SEGMENTS_VIEW = "segments.view"
    SEGMENTS_EDIT = "segments.edit"
    EXPORT = "export"
    IMPORT = "import"
    SOURCES_VIEW = "sources.view"
    SOURCES_EDIT = "sources.edit"
    DATA_VIEW = "data.view"
    DATA_EDIT = "data.edit"
    PRODUCTS_EDIT = "products.edit"
    MEMBERS_VIEW = "members.view"
    MEMBERS_EDIT = "members.edit"
    JOURNAL_VIEW = "journal.view"
    TOKENS_EDIT = "tokens.edit"
    ORGANISATION_EDIT = "organisation.edit"
    SIGNED_IN = "signed_in"


class FieldClass(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"


P = Permission
_READ = (
    P.ACCOUNTS_VIEW,
    P.CONTACTS_VIEW,
    P.SUBSCRIPTIONS_VIEW,
    P.TIMELINE_VIEW,
    P.HEALTH_VIEW,
    P.MEASURES_VIEW,
    P.SEGMENTS_VIEW,
    P.MEMBERS_VIEW,
    P.SIGNED_IN,
)
_WRITE = (P.ACCOUNTS_EDIT, P.CONTACTS_EDIT, P.SUBSCRIPTIONS_EDIT, P.TIMELINE_WRITE, P.HEALTH_OVERRIDE, P.SEGMENTS_EDIT)
_OPERATE = (
    P.ACCOUNTS_ASSIGN,
    P.ACCOUNTS_MERGE,
    P.HEALTH_CONFIGURE,
    P.EXPORT,
    P.IMPORT,
    P.SOURCES_VIEW,
    P.SOURCES_EDIT,
    P.DATA_VIEW,
    P.DATA_EDIT,
    P.PRODUCTS_EDIT,
    P.COSTS_VIEW,
    P.COSTS_EDIT,
)


def _all(*permissions: Permission) -> dict[Permission, Scope]:
    return dict.fromkeys(permissions, Scope.ALL)


def _within(scope: Scope, *permissions: Permission) -> dict[Permission, Scope]:
    return dict.fromkeys(permissions, scope)


GRANTS: Mapping[Role, Mapping[Permission, Scope]] = {
    Role.ADMINISTRATOR: _all(*Permission),
    Role.HEAD: _all(*_READ, *_WRITE, *_OPERATE, P.JOURNAL_VIEW),
    Role.OPERATIONS: _all(*_READ, *_WRITE, *_OPERATE, P.JOURNAL_VIEW, P.TOKENS_EDIT),
    Role.CSM: _all(*_READ) | _within(Scope.TEAM, *_WRITE, P.EXPORT) | _all(P.DATA_VIEW),
    Role.ONBOARDING: _within(Scope.TEAM, *_READ, *_WRITE) | _all(P.MEASURES_VIEW, P.MEMBERS_VIEW, P.SIGNED_IN),
    Role.MARKETER: _all(*_READ, P.EXPORT, P.SEGMENTS_EDIT, P.DATA_VIEW, P.COSTS_VIEW),
    Role.SALES: _within(Scope.OWN, *_READ, P.TIMELINE_WRITE, P.CONTACTS_EDIT) | _all(P.MEMBERS_VIEW, P.SIGNED_IN),
    Role.SUPPORT: _all(*_READ, P.TIMELINE_WRITE),
    Role.PRODUCT: _all(*(p for p in _READ if p is not P.CONTACTS_VIEW), P.DATA_VIEW),
    Role.EXECUTIVE: _all(*(p for p in _READ if p is not P.CONTACTS_VIEW), P.COSTS_VIEW),
}

#: Field classes that a role reads; personal data is for those who talk to the customer's people.
READS: Mapping[Role, frozenset[FieldClass]] = {
    role: frozenset(FieldClass) - (frozenset({FieldClass.PERSONAL}) if P.CONTACTS_VIEW not in grants else frozenset())
    for role, grants in GRANTS.items()
}


def allowed(member: Member, permission: Permission) -> Scope | None:
    """The scope within which `member` holds `permission`; None where not at all."""
    if not member.is_active:
        return None
    return GRANTS[Role(member.role)].get(permission)


def visible(member: Member, field_class: FieldClass) -> bool:
    """May this member read fields of this class? One answer for pages, exports, API and mail."""
    return member.is_active and field_class in READS[Role(member.role)]
