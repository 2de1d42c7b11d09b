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
    TASKS_VIEW = "tasks.view"
    TASKS_EDIT = "tasks.edit"
    MEETINGS_VIEW = "meetings.view"
    MEETINGS_EDIT = "meetings.edit"
    HANDOFFS_VIEW = "handoffs.view"
    HANDOFFS_EDIT = "handoffs.edit"
    ONBOARDING_VIEW = "onboarding.view"
    ONBOARDING_EDIT = "onboarding.edit"
    PLANS_VIEW = "plans.view"
    PLANS_EDIT = "plans.edit"
    JOURNEYS_VIEW = "journeys.view"
    JOURNEYS_EDIT = "journeys.edit"  # move an account to another stage
    JOURNEYS_CONFIGURE = "journeys.configure"  # stages, templates, criteria
    RENEWALS_VIEW = "renewals.view"
    RENEWALS_EDIT = "renewals.edit"
    RENEWALS_OVERRIDE = "renewals.override"  # a manager's call, which holds over the CSM's; snapshots of the forecast
    OPPORTUNITIES_VIEW = "opportunities.view"
    OPPORTUNITIES_EDIT = "opportunities.edit"
    PLAYBOOKS_VIEW = "playbooks.view"
    PLAYBOOKS_START = "playbooks.start"  # by hand, on one account
    PLAYBOOKS_EDIT = "playbooks.edit"
    PLAYBOOKS_PUBLISH = "playbooks.publish"
    MAIL_VIEW = "mail.view"
    MAIL_APPROVE = "mail.approve"  # let a draft to a customer go out
    MAIL_CONFIGURE = "mail.configure"
    CAPACITY_VIEW = "capacity.view"  # load of each colleague
    REPORTS_COMMENT = "reports.comment"  # say something beside a figure of the executive dashboard
    REPORTS_SEND = "reports.send"  # name who gets it by mail
    RESULTS_VIEW = "results.view"  # all accounts together against the first day: never a part of them
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
    P.TASKS_VIEW,
    P.MEETINGS_VIEW,
    P.HANDOFFS_VIEW,
    P.ONBOARDING_VIEW,
    P.PLANS_VIEW,
    P.JOURNEYS_VIEW,
    P.RENEWALS_VIEW,
    P.OPPORTUNITIES_VIEW,
    P.PLAYBOOKS_VIEW,
    P.MEMBERS_VIEW,
    P.SIGNED_IN,
)
_WORK = (P.TASKS_EDIT, P.MEETINGS_EDIT, P.HANDOFFS_EDIT, P.OPPORTUNITIES_EDIT)
_WRITE = (
    *(P.ACCOUNTS_EDIT, P.CONTACTS_EDIT, P.SUBSCRIPTIONS_EDIT, P.TIMELINE_WRITE, P.HEALTH_OVERRIDE, P.SEGMENTS_EDIT),
    *(*_WORK, P.ONBOARDING_EDIT, P.PLANS_EDIT, P.JOURNEYS_EDIT, P.RENEWALS_EDIT, P.PLAYBOOKS_START),
    *(P.MAIL_VIEW, P.MAIL_APPROVE),
)
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
    P.JOURNEYS_CONFIGURE,
    P.PLAYBOOKS_EDIT,
    P.PLAYBOOKS_PUBLISH,
    P.MAIL_CONFIGURE,
    P.CAPACITY_VIEW,
    P.REPORTS_COMMENT,
    P.REPORTS_SEND,
)


def _all(*permissions: Permission) -> dict[Permission, Scope]:
    return dict.fromkeys(permissions, Scope.ALL)


def _within(scope: Scope, *permissions: Permission) -> dict[Permission, Scope]:
    return dict.fromkeys(permissions, scope)


GRANTS: Mapping[Role, Mapping[Permission, Scope]] = {
    Role.ADMINISTRATOR: _all(*Permission),
    Role.HEAD: _all(*_READ, *_WRITE, *_OPERATE, P.JOURNAL_VIEW, P.RENEWALS_OVERRIDE, P.RESULTS_VIEW),
    Role.OPERATIONS: _all(*_READ, *_WRITE, *_OPERATE, P.JOURNAL_VIEW, P.TOKENS_EDIT, P.RESULTS_VIEW),
    Role.CSM: _all(*_READ, P.RESULTS_VIEW) | _within(Scope.TEAM, *_WRITE, P.EXPORT) | _all(P.DATA_VIEW),
    Role.ONBOARDING: _within(Scope.TEAM, *_READ, *_WRITE) | _all(P.MEASURES_VIEW, P.MEMBERS_VIEW, P.SIGNED_IN),
    Role.MARKETER: _all(
        *_READ, P.TASKS_EDIT, P.MAIL_VIEW, P.EXPORT, P.SEGMENTS_EDIT, P.DATA_VIEW, P.COSTS_VIEW, P.RESULTS_VIEW
    ),
    Role.SALES: _within(Scope.OWN, *_READ, P.TIMELINE_WRITE, P.CONTACTS_EDIT, *_WORK)
    | _all(P.MEMBERS_VIEW, P.SIGNED_IN),
    Role.SUPPORT: _all(*_READ, P.TIMELINE_WRITE, P.TASKS_EDIT, P.RESULTS_VIEW),
    Role.PRODUCT: _all(*(p for p in _READ if p is not P.CONTACTS_VIEW), P.DATA_VIEW, P.RESULTS_VIEW),
    Role.EXECUTIVE: _all(
        *(p for p in _READ if p is not P.CONTACTS_VIEW), P.COSTS_VIEW, P.REPORTS_COMMENT, P.RESULTS_VIEW
    ),
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
