"""Files that we and the customer hand each other: checked as all attachments are, kept outside the web root."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction

from nenrin.customers.errors import Refused
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import attachments, file_kinds
from nenrin.work.models.onboarding import OnboardingProject, OnboardingStep
from nenrin.work.models.onboarding_portal import OnboardingFile, OnboardingLink
from nenrin.work.onboarding import links, saving

FOLDER: Final = "onboarding"
MOST: Final = 200  # of one project
#: What was removed can be put back for so long.
KEPT: Final = timedelta(days=30)


def give(
    project: OnboardingProject,
    name: str,
    content: Iterable[bytes],
    *,
    member: Member,
    at: datetime,
    step: OnboardingStep | None = None,
) -> OnboardingFile:
    """A file of ours for the customer. The same bytes under the same name are kept once. Raises Refused.

    Journal: work.onboarding_file.added.
    """
    row = OnboardingFile(project=project, step=step, member=member, is_ours=True)
    return _kept(row, name, content, Actor.of(member), at)


def receive(
    link: OnboardingLink, name: str, content: Iterable[bytes], *, at: datetime, step: OnboardingStep | None = None
) -> OnboardingFile:
    """A file of the customer's for us, by a link. As `give`."""
    row = OnboardingFile(project=link.project, step=step, contact_id=link.contact_id, is_ours=False)
    return _kept(row, name, content, links.actor(link), at)


def _kept(row: OnboardingFile, name: str, content: Iterable[bytes], by: Actor, at: datetime) -> OnboardingFile:
    shown = attachments.display_name(name)
    path, row.size, row.digest = attachments.stored(content, folder())
    try:
        row.name, row.media_type, row.stored = shown, file_kinds.kind_of(path, shown).media_type, path.name
        stands = _written(row, by, at)
    except file_kinds.Harmful as harmful:
        path.unlink(missing_ok=True)
        raise Refused.one("file", harmful.text, shown) from harmful
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if stands is not row:
        path.unlink(missing_ok=True)
    return stands


def _written(row: OnboardingFile, by: Actor, at: datetime) -> OnboardingFile:
    with saving.opened(row.project, at=at) as work:
        standing = OnboardingFile.objects.filter(project=row.project, removed_at__isnull=True)
        same = standing.filter(digest=row.digest, name=row.name, step=row.step, is_ours=row.is_ours).first()
        if same is not None:
            work.is_changed = False
            return same
        if standing.count() >= MOST:
            raise Refused.one("file", Text(f"at most {MOST} files in a project", f"1プロジェクト{MOST}件まで"))
        row.created_at = at
        row.save(force_insert=True)
        _note("added", row, by, at)
    return row


def remove(row: OnboardingFile, *, by: Actor, at: datetime) -> None:
    """Nobody sees it any more; its content goes after thirty days. Safe to repeat. Journal: work.onboarding_file.removed."""
    with saving.opened(row.project, at=at, may_be_ended=True) as work:
        if OnboardingFile.objects.filter(pk=row.pk, removed_at__isnull=True).update(removed_at=at):
            _note("removed", row, by, at)
        work.is_changed = False


def restore(row: OnboardingFile, *, by: Actor, at: datetime) -> None:
    """Put back what was removed. Safe to repeat. Raises Refused once its content is gone for good.

    Journal: work.onboarding_file.restored.
    """
    with saving.opened(row.project, at=at, may_be_ended=True) as work:
        work.is_changed = False
        stands = OnboardingFile.objects.select_for_update(of=("self",)).filter(pk=row.pk).first()
        if stands is None or not path_of(stands).exists():
            raise Refused.one("file", attachments.GONE, row.name)
        if OnboardingFile.objects.filter(pk=row.pk, removed_at__isnull=False).update(removed_at=None):
            _note("restored", row, by, at)


def path_of(row: OnboardingFile) -> Path:
    """Where its content lies."""
    return folder() / row.stored


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER


def sweep(at: datetime) -> int:
    """Delete the content of what was removed thirty days ago, and what an upload that broke off left behind.

    Returns how many files went. Safe to repeat.
    """
    due = OnboardingFile.objects.filter(removed_at__lt=at - KEPT).values_list("pk", flat=True)
    return sum(_swept(key, at) for key in list(due)) + _orphans()


def _swept(key: int, at: datetime) -> int:
    """Under its lock: one that is brought back this moment keeps its content."""
    with transaction.atomic():
        rows = OnboardingFile.objects.select_for_update(of=("self",))
        row = rows.filter(pk=key, removed_at__lt=at - KEPT).first()
        if row is None:
            return 0
        there = path_of(row).exists()
        row.delete()
        path_of(row).unlink(missing_ok=True)
    return int(there)


def _orphans() -> int:
    """Files of more than a day that no row names."""
    if not folder().is_dir():
        return 0
    known = set(OnboardingFile.objects.values_list("stored", flat=True))
    old = [
        entry
        for entry in os.scandir(folder())
        if entry.name not in known and time.time() - entry.stat().st_mtime > 86_400
    ]
    for entry in old:
        Path(entry.path).unlink(missing_ok=True)
    return len(old)


def _note(verb: str, row: OnboardingFile, by: Actor, at: datetime) -> None:
    subjects = [("onboarding", row.project_id), ("onboarding_file", row.pk)]
    if row.contact_id:
        subjects.append(("contact", row.contact_id))
    said = {"name": row.project.name, "size": row.size, "media_type": row.media_type, "sha256": row.digest}
    journal.record_many([
        journal.Draft(
            f"work.onboarding_file.{verb}", by, at, row.project.account_id, subjects, said, {"file": row.name}
        )
    ])  # fmt: skip
