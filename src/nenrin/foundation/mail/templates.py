"""Words with places for names: Liquid, with limits, over plain values alone.

Whoever may write a template need not be trusted with the server: no object's attributes are reachable, no file can be
included, and loops, sizes and depths end early.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from liquid import Environment, Undefined
from liquid.exceptions import LiquidError

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail.errors import Conflict, Refused
from nenrin.foundation.models import MailTemplate
from nenrin.foundation.models.mail import Kind
from nenrin.values import Text

Values = Mapping[str, Any]  # Any: plain values, lists and mappings of them
LONGEST: Final = 50_000
PARTS: Final = ("subject_en", "subject_ja", "body_en", "body_ja")
#: What every template may name, and an example of each for the preview.
KNOWN: Final[dict[str, Text]] = {
    "contact.name": Text("Yumi Tanaka", "田中 由美"),
    "contact.title": Text("Operations manager", "業務推進部長"),
    "contact.department": Text("Operations", "業務推進部"),
    "account.name": Text("Hinata Care Services", "株式会社ひなた介護サービス"),
    "owner.name": Text("Misaki Sato", "佐藤 美咲"),
    "owner.email": Text("sato@example.com", "sato@example.com"),
    "organisation.name": Text("Tsumugi Works", "つむぎワークス"),
}
_blanks: ContextVar[list[str]] = ContextVar("blanks")


class Broken(ValueError):
    """The template cannot be filled in: it says where and why."""


class _Blank(Undefined):
    """A value that is not there: its name is kept, unless a fallback (`| default: "..."`) or a condition takes care."""

    force_liquid_default = True

    def __str__(self) -> str:
        _blanks.get([]).append(_path(self))
        return ""


def _path(blank: Undefined) -> str:
    """As far as it was looked for: the engine tells the whole of it in its hint alone."""
    said = (blank.hint or "").removesuffix(" is undefined").strip("'")
    return said if said.startswith(str(blank.name)) else str(blank.name)


class _Limited(Environment):
    loop_iteration_limit = 2000
    output_stream_limit = 200_000
    local_namespace_limit = 100_000
    context_depth_limit = 20
    block_nesting_limit = 20


_environment: Final = _Limited(undefined=_Blank, strict_filters=True)


@dataclass(frozen=True, slots=True)
class Filled:
    """The words, and the names of values that were asked for and not there: such a mail must not go out."""

    subject: str
    text: str
    blanks: tuple[str, ...]


def fill(template: MailTemplate, values: Values, language: str) -> Filled:
    """Subject and text in a language with these values. Raises Broken."""
    subject, body = template.parts(language)
    return filled(subject, body, values)


def filled(subject: str, body: str, values: Values) -> Filled:
    """The same for words that stand nowhere yet. Raises Broken."""
    blanks: list[str] = []
    held = _blanks.set(blanks)
    try:
        told = _told(values)
        done = [_environment.from_string(part).render(**told) for part in (subject, body)]
    except (LiquidError, RecursionError, ArithmeticError, ValueError, TypeError) as problem:
        raise Broken(str(problem).splitlines()[0][:300] if str(problem) else type(problem).__name__) from None
    finally:
        _blanks.reset(held)
    return Filled(done[0], done[1], tuple(dict.fromkeys(blanks)))


def _told(values: Values) -> dict[str, Any]:
    """Without what is empty: a value that is blank is as good as none."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found[name] = _told(value)
        elif value not in ("", None):
            found[name] = value
    return found


def example(language: str) -> dict[str, Any]:
    """Values for a preview."""
    found: dict[str, Any] = {}
    for path, text in KNOWN.items():
        noun, _, name = path.partition(".")
        found.setdefault(noun, {})[name] = text.in_(language)
    return found


def unknown(words: str, known: Sequence[str] = tuple(KNOWN)) -> list[str]:
    """The names that a template asks for and nobody gives. Raises Broken."""
    try:
        asked = _environment.from_string(words).global_variable_paths()
    except (LiquidError, RecursionError) as problem:
        raise Broken(str(problem).splitlines()[0][:300]) from None
    return sorted(set(asked) - set(known))


def save(
    key: str, *, by: Actor, at: datetime, version: int | None = None, known: Sequence[str] = tuple(KNOWN), **told: Any
) -> MailTemplate:
    """Write a template: name, kind, subject_en, subject_ja, body_en, body_ja; one language at least is whole.

    Safe to repeat. Raises Refused (also for a name that nobody gives, and for one that cannot be filled in), Conflict.
    Journal: foundation.template.saved.
    """
    with transaction.atomic():
        row = MailTemplate.objects.select_for_update().filter(key=key).first()
        if row and version is not None and row.version != version:
            raise Conflict(f"template {key} is at version {row.version}, not {version}")
        row = row or MailTemplate(key=key, version=0)
        changed = {name for name, value in told.items() if getattr(row, name) != value}
        for name in changed:
            setattr(row, name, told[name])
        _check(row, known)
        if changed or not row.version or row.archived_at:
            row.version, row.changed_at, row.archived_at = row.version + 1, at, None
            row.save()
            about = {"name": row.name, "changed": sorted(changed)}
            journal.record(
                "foundation.template.saved", actor=by, at=at, subject=("mail_template", row.pk), particulars=about
            )
    return row


def archive(row: MailTemplate, *, by: Actor, at: datetime) -> None:
    """Offer it no longer; what was written from it stays. Safe to repeat. Journal: foundation.template.archived."""
    with transaction.atomic():
        if MailTemplate.objects.filter(pk=row.pk, archived_at__isnull=True).update(archived_at=at):
            subject, told = ("mail_template", row.pk), {"name": row.name}
            journal.record("foundation.template.archived", actor=by, at=at, subject=subject, particulars=told)


def _check(row: MailTemplate, known: Sequence[str]) -> None:
    faults: dict[str, Text] = {}
    if not 0 < len(row.name.strip()) <= 120:
        faults["name"] = Text("from 1 to 120 characters", "1〜120文字")
    if row.kind not in set(Kind):
        faults["kind"] = Text("a kind that is known", "既知の種類")
    for name in PARTS:
        if fault := _fault(getattr(row, name), known):
            faults[name] = fault
    whole = [
        language for language in ("en", "ja") if all(getattr(row, f"{part}_{language}") for part in ("subject", "body"))
    ]
    if not whole:
        faults["subject_ja"] = Text("subject and body in one language at least", "件名と本文を少なくとも1言語で入力")
    if not faults:
        faults = _fault_of_example(row)
    if faults:
        raise Refused(faults)


def _fault(words: str, known: Sequence[str]) -> Text | None:
    if len(words) > LONGEST:
        return Text(f"at most {LONGEST:,} characters", f"{LONGEST:,}文字以内")
    try:
        strange = ", ".join(unknown(words, known))
    except Broken as problem:
        return Text(f"cannot be read: {problem}", f"読み取れません: {problem}")
    if strange:
        return Text(f"nobody gives a value for {strange}", f"値のない項目: {strange}")
    return None


def _fault_of_example(row: MailTemplate) -> dict[str, Text]:
    """A bomb is found before it is saved."""
    for language in ("en", "ja"):
        try:
            fill(row, example(language), language)
        except Broken as problem:
            return {f"body_{language}": Text(f"cannot be filled in: {problem}", f"差し込みできません: {problem}")}
    return {}
