"""Links into a project's portal: one contact, one project, an end, and a secret that is kept nowhere."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from nenrin.customers.errors import Refused
from nenrin.customers.models import Contact
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import ONE_DAY, day_of, start_of
from nenrin.values import Text
from nenrin.work.models.onboarding import OnboardingProject, State
from nenrin.work.models.onboarding_portal import OnboardingLink
from nenrin.work.onboarding import policies

#: 32 random bytes, as they stand in an address.
BYTES, CHARACTERS = 32, 43
#: The last use is written at most this often: looking must not turn into writing.
USED_EVERY = timedelta(minutes=5)
PATH = "/p/{secret}"


@dataclass(frozen=True, slots=True)
class Issued:
    """A new link with its secret, which is shown this once."""

    link: OnboardingLink
    secret: str

    @property
    def url(self) -> str:
        return settings.BASE_URL + PATH.format(secret=self.secret)


def issue(
    project: OnboardingProject,
    contact: Contact,
    *,
    by: Actor,
    at: datetime,
    days: int | None = None,
    language: str = "",
    secret: str = "",
) -> Issued:
    """Let a contact of the account open the portal to the end of the last of so many days. Each call makes another link.

    Raises Refused for a contact of another account, or one who has left; for a project that is over. `secret` is for
    a world of made-up data alone. Journal: work.onboarding_link.issued.
    """
    contact = Contact.objects.get(pk=contact.pk)  # as it stands now
    _check(project, contact)
    secret = secret or secrets.token_urlsafe(BYTES)
    last = organisation.today(at) + timedelta(days=days or policies.current().link_days)
    with transaction.atomic():
        link = OnboardingLink.objects.create(
            project=project, contact=contact, digest=digest(secret), language=language or contact.language,
            issued_by_id=by.member,
            created_at=at, expires_at=start_of(last + ONE_DAY, organisation.zone()),
        )  # fmt: skip
        _record("issued", link, by, at)
    return Issued(link, secret)


def _check(project: OnboardingProject, contact: Contact) -> None:
    if contact.account_id != project.account_id:
        raise Refused.one("contact", Text("a contact of this account", "この顧客の担当者"), contact.pk)
    if contact.archived_at or contact.left_on or contact.erased_at:
        raise Refused.one("contact", Text("has left, or is archived", "退職済みまたはアーカイブ済み"), contact.pk)
    if project.state == State.CANCELLED:
        raise Refused.one("state", Text("the project is cancelled", "中止されたプロジェクト"), project.state)


def revoke(link: OnboardingLink, *, by: Actor, at: datetime) -> None:
    """It opens nothing from now on. Safe to repeat. Journal: work.onboarding_link.revoked."""
    with transaction.atomic():
        if OnboardingLink.objects.filter(pk=link.pk, revoked_at__isnull=True).update(revoked_at=at):
            _record("revoked", link, by, at)


def find(secret: str, *, at: datetime) -> OnboardingLink | None:
    """The link that a secret opens, with project, account and owner; None for any that opens nothing.

    Wrong, ended, revoked, of a contact who left, of a cancelled project or of an account that is gone: all alike.
    """
    if len(secret) != CHARACTERS:
        return None
    return (
        OnboardingLink.objects.filter(
            digest=digest(secret), revoked_at__isnull=True, expires_at__gt=at, contact__left_on__isnull=True,
            contact__archived_at__isnull=True, project__account__archived_at__isnull=True,
        )
        .exclude(project__state=State.CANCELLED)
        .select_related("project__account", "project__owner", "contact")
        .first()
    )  # fmt: skip


def last_day(link: OnboardingLink) -> date:
    """The last day on which it opens, in the organisation's calendar."""
    return day_of(link.expires_at - timedelta(microseconds=1), organisation.zone())


def used(link: OnboardingLink, *, at: datetime) -> None:
    """Note that it was opened; the first time tells the journal: work.onboarding_link.opened."""
    if link.last_used_at is not None and at - link.last_used_at < USED_EVERY:
        return
    with transaction.atomic():
        is_first = OnboardingLink.objects.filter(pk=link.pk, opened_at__isnull=True).update(opened_at=at)
        OnboardingLink.objects.filter(pk=link.pk).update(last_used_at=at)
        if is_first:
            _record("opened", link, actor(link), at)


def speak(link: OnboardingLink, language: str) -> None:
    """The language in which this link's portal is shown from now on."""
    if language in ("ja", "en"):
        OnboardingLink.objects.filter(pk=link.pk).update(language=language)


def actor(link: OnboardingLink) -> Actor:
    """The customer as author of a deed; whose link it was stands in the entry's subjects."""
    return Actor("source", f"portal:{link.pk}", "お客様ポータル" if link.language == "ja" else "Customer portal")


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def made_up(project: OnboardingProject, contact: Contact) -> str:
    """The secret of a link in a world of made-up data, where it is no secret: so that its pages can print it."""
    told = hashlib.sha256(f"a portal to look at|{project.pk}|{contact.pk}".encode()).digest()
    return base64.urlsafe_b64encode(told).decode().rstrip("=")


def _record(verb: str, link: OnboardingLink, by: Actor, at: datetime) -> None:
    journal.record_many([
        journal.Draft(
            f"work.onboarding_link.{verb}", by, at, link.project.account_id,
            [("onboarding", link.project_id), ("contact", link.contact_id), ("onboarding_link", link.pk)],
            {"name": link.project.name, "expires_on": last_day(link)}, {"contact": link.contact.name},
        )
    ])  # fmt: skip
