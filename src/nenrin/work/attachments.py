"""Files beside tasks, meetings, timeline entries, received mails, handoffs, success plans, opportunities and accounts:
checked, stored outside the web root, read by whoever may see what they belong to."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction

from nenrin.customers.errors import Refused
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.work import file_kinds, survivors
from nenrin.work.models import Attachment, Handoff, Meeting, Opportunity, ReceivedMail, SuccessPlan, Task, Touch
from nenrin.work.models.attachment import HOLDERS

LARGEST: Final = 20 * 1024 * 1024
MOST: Final = 50  # of one thing
FOLDER: Final = "attachments"
BIN: Final = timedelta(days=30)
Holder = Task | Meeting | Touch | ReceivedMail | Handoff | SuccessPlan | Opportunity | Account
_COLUMN: Final[dict[type, str]] = {
    Task: "task", Meeting: "meeting", Touch: "touch", ReceivedMail: "mail", Handoff: "handoff",
    SuccessPlan: "success_plan", Opportunity: "opportunity", Account: "account",
}  # fmt: skip
#: What the journal's entries are about, by column. An account's files are named apart from all else that is told of it.
SUBJECTS: Final = {column: column for column in HOLDERS} | {"account": "account_files"}
_VIEW: Final[dict[type, Permission]] = {
    Task: Permission.TASKS_VIEW, Meeting: Permission.MEETINGS_VIEW, Handoff: Permission.HANDOFFS_VIEW,
    SuccessPlan: Permission.PLANS_VIEW, Opportunity: Permission.OPPORTUNITIES_VIEW, Account: Permission.ACCOUNTS_VIEW,
}  # fmt: skip


def add(holder: Holder, name: str, content: Iterable[bytes], *, by: Actor, at: datetime) -> Attachment:
    """Keep a file beside this; the same bytes under the same name are kept once.

    The name is for reading only: the file lies under a random one. Raises Refused for a kind that is not taken, one
    that is not what its name says, or too large a file. Journal: work.attachment.added.
    """
    shown = display_name(name)
    path, size, digest = stored(content, _folder())
    try:
        kind = file_kinds.kind_of(path, shown)
        with transaction.atomic():
            holder = (survivors.of(holder) or holder) if isinstance(holder, Account) else holder
            row, is_new = _row(holder, shown, kind.media_type, size, digest, path.name, by, at)
            if is_new:
                _note("added", row, holder, by, at)
    except file_kinds.Harmful as harmful:
        path.unlink(missing_ok=True)
        raise Refused.one("file", harmful.text, shown) from harmful
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if not is_new:
        path.unlink(missing_ok=True)
    return row


def remove(row: Attachment, *, by: Actor, at: datetime) -> None:
    """Show it no more; its content goes after thirty days. Safe to repeat. Journal: work.attachment.removed."""
    with transaction.atomic():
        if Attachment.objects.filter(pk=row.pk, removed_at__isnull=True).update(removed_at=at):
            _note("removed", row, holder_of(row), by, at)


def remove_with(entry: Touch, *, by: Actor, at: datetime) -> None:
    """The files of a timeline entry that is taken back go with it. Safe to repeat. Journal: work.attachment.removed."""
    for row in Attachment.objects.filter(touch=entry, removed_at__isnull=True).select_related("touch"):
        remove(row, by=by, at=at)


def restore(row: Attachment, *, by: Actor, at: datetime) -> None:
    """Show it again. Safe to repeat. Raises Refused once its content is gone for good. Journal: work.attachment.restored."""
    with transaction.atomic():
        stands = Attachment.objects.select_for_update(of=("self",)).filter(pk=row.pk, removed_at__isnull=False).first()
        if stands is None:
            return
        if not stands.digest or not path_of(stands).exists():
            raise Refused.one("file", GONE, stands.name)
        Attachment.objects.filter(pk=stands.pk).update(removed_at=None)
        _note("restored", stands, holder_of(stands), by, at)


def step(at: datetime, limit: int = 100) -> int:
    """The content of files that were removed thirty days ago goes for good; returns how many. Safe to repeat.

    Each under its own lock: one that is brought back this moment keeps its content. Files that stand yet though their
    timeline entry was taken back are removed as well, as if they had gone with it today.
    """
    for row in Attachment.objects.filter(removed_at__isnull=True, touch__retracted_at__isnull=False)[:limit]:
        remove(row, by=SYSTEM, at=at)
    due = Attachment.objects.filter(removed_at__lt=at - BIN).exclude(digest="")
    return sum(_emptied(key, at) for key in list(due.values_list("pk", flat=True)[:limit]))


def _emptied(key: int, at: datetime) -> int:
    with transaction.atomic():
        rows = Attachment.objects.select_for_update(of=("self",)).filter(pk=key, removed_at__lt=at - BIN)
        row = rows.exclude(digest="").first()
        if row is None:
            return 0
        Attachment.objects.filter(pk=key).update(digest="")
        path_of(row).unlink(missing_ok=True)
    return 1


def path_of(row: Attachment) -> Path:
    """Where its content lies."""
    return _folder() / row.stored


def holder_of(row: Attachment) -> Holder:
    """What it belongs to."""
    column = next(column for column in HOLDERS if getattr(row, f"{column}_id") is not None)
    found: Holder = getattr(row, column)
    return found


def sees(member: Member, holder: Holder) -> bool:
    """Is it within the scope in which this member sees what a file belongs to?"""
    if isinstance(holder, ReceivedMail):
        return holder.member_id == member.pk
    if isinstance(holder, Touch):
        return Touch.objects.for_member(member, Permission.TIMELINE_VIEW).standing().filter(pk=holder.pk).exists()
    return type(holder).objects.for_member(member, _VIEW[type(holder)]).filter(pk=holder.pk).exists()


def display_name(name: str) -> str:
    """A name to read and to save under: no folders, no control or direction-turning characters, at most 150 long.

    >>> display_name("../../etc/passwd.txt"), display_name("C:\\\\x\\\\見積 2026.pdf"), display_name("..")
    ('passwd.txt', '見積 2026.pdf', 'file')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*').strip(" .")
    stem, dot, ending = kept.rpartition(".")
    return (f"{stem[:140]}{dot}{ending[:9]}" if dot else kept[:150]) or "file"


def stored(content: Iterable[bytes], folder: Path) -> tuple[Path, int, str]:
    """On the disk and synced before any row names it: path, size, SHA-256. Raises Refused past the limit, keeping nothing."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path, size, digest = folder / secrets.token_hex(24), 0, hashlib.sha256()
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            for chunk in content:
                size += len(chunk)
                if size > LARGEST:
                    raise Refused.one("file", TOO_LARGE)
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path, size, digest.hexdigest()


def _row(
    holder: Holder, name: str, media_type: str, size: int, digest: str, stored: str, by: Actor, at: datetime
) -> tuple[Attachment, bool]:
    column = _COLUMN[type(holder)]
    standing = Attachment.objects.filter(removed_at__isnull=True, **{column: holder})
    if there := standing.filter(digest=digest, name=name).first():
        return there, False
    if standing.count() >= MOST:
        raise Refused.one("file", Text(f"at most {MOST} files here", f"添付は{MOST}件まで"))
    author = by.member
    row = Attachment(
        name=name, media_type=media_type, size=size, digest=digest, stored=stored, added_by_id=author, created_at=at,
        **{column: holder},
    )  # fmt: skip
    row.save(force_insert=True)
    return row, True


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER


def _note(verb: str, row: Attachment, holder: Holder, by: Actor, at: datetime) -> None:
    about = (SUBJECTS[_COLUMN[type(holder)]], holder.pk)
    account = holder.pk if isinstance(holder, Account) else holder.account_id
    said = {"size": row.size, "media_type": row.media_type, "sha256": row.digest, "attachment": row.pk}
    journal.record(
        f"work.attachment.{verb}", actor=by, at=at, account=account, subject=about, particulars=said,
        personal={"name": row.name},
    )  # fmt: skip


GONE: Final = Text(
    "Its content was deleted for good 30 days after it was removed: add the file again.",
    "削除から30日が過ぎ、内容は完全に消去されました。ファイルをもう一度追加してください。",
)
TOO_LARGE: Final = Text(
    f"The file is larger than {LARGEST // 1024 // 1024} MB.", f"{LARGEST // 1024 // 1024} MBを超えています。"
)
