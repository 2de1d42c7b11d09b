"""REST: mail templates: words that are written once and sent to many."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import Http404, HttpResponse
from ninja import Field, Header, Query, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Page, Slug, Strict, Window, Word, expected, page
from nenrin.customers.errors import Conflict, Fault, Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import errors, templates
from nenrin.foundation.models import MailTemplate
from nenrin.foundation.permissions import Permission

router = Router(tags=["mail"])
CONFIGURE = Permission.MAIL_CONFIGURE
_WORDS = Field("", max_length=templates.LONGEST)
_SUBJECT = Field("", max_length=300)


class MailWords(Strict):
    """Subject and body, with places for names (Liquid); one language at least is whole."""

    subject_ja: str = _SUBJECT
    body_ja: str = _WORDS
    subject_en: str = _SUBJECT
    body_en: str = _WORDS


class MailTemplateIn(MailWords):
    """The whole template. `kind`: which refusals of mail hold for it."""

    name: str = Field(max_length=120)
    kind: Word = "account"
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class MailTemplateOut(Strict):
    key: str
    name: str
    kind: str
    subject_ja: str
    body_ja: str
    subject_en: str
    body_en: str
    archived_at: datetime | None
    changed_at: datetime
    version: int


class MailTemplatesAsked(Window):
    archived: bool = False


class MailPreview(Strict):
    """As it would read with the examples. `problem`: why it cannot be filled in; `blanks`: names without a value."""

    language: Literal["ja", "en"]
    subject: str
    text: str
    blanks: list[str]
    problem: str


def _told(row: MailTemplate) -> dict[str, Any]:
    return {name: getattr(row, name) for name in MailTemplateOut.model_fields}


@router.get("", response=Page[MailTemplateOut], summary="List mail templates")
@grants(CONFIGURE)
def list_mail_templates(request: ApiRequest, asked: Query[MailTemplatesAsked]) -> Any:
    """Those that are offered; with `archived` the others as well."""
    rows = MailTemplate.objects.all() if asked.archived else MailTemplate.objects.filter(archived_at__isnull=True)
    return page(rows, asked, {"id", "name", "changed_at"}, lambda found: [_told(row) for row in found])


@router.post("/preview", response=list[MailPreview], summary="See how words of a mail would read")
@grants(CONFIGURE)
def preview_mail(request: ApiRequest, body: MailWords) -> Any:
    """In each language that is written, with an example of every name; nothing is kept."""
    told = body.model_dump()
    return [
        _preview(language, *parts)
        for language in ("ja", "en")
        if any(parts := (told[f"subject_{language}"], told[f"body_{language}"]))
    ]


def _preview(language: str, subject: str, body: str) -> dict[str, Any]:
    try:
        filled = templates.filled(subject, body, templates.example(language))
    except templates.Broken as problem:
        return {"language": language, "subject": "", "text": "", "blanks": [], "problem": str(problem)}
    told = {"language": language, "subject": filled.subject, "text": filled.text, "problem": ""}
    return told | {"blanks": list(filled.blanks)}


@router.get("/{key}", response=MailTemplateOut, summary="Get a mail template")
@grants(CONFIGURE)
def get_mail_template(request: ApiRequest, key: Word, response: HttpResponse) -> Any:
    """One template; its ETag is its version."""
    return _answer(_found(key), response)


@router.put("/{key}", response=MailTemplateOut, summary="Save a mail template")
@grants(CONFIGURE)
def put_mail_template(
    request: ApiRequest, key: Slug, body: MailTemplateIn, response: HttpResponse, if_match: Header[str | None] = None
) -> Any:
    """Make the template of this key or write it anew; an archived one is offered again. Safe to repeat.

    422 for a name that nobody gives a value for, and for words that cannot be filled in.
    """
    told = body.model_dump(exclude={"version"})
    version = expected(if_match, body.version)
    try:
        row = templates.save(key, by=Actor.of(request.member), at=request.at, version=version, **told)
    except errors.Refused as refused:
        raise Refused([Fault(field, text) for field, text in refused.faults.items()]) from refused
    except errors.Conflict as problem:
        stands = _found(key)
        theirs = {name: getattr(stands, name) for name in told}
        raise Conflict(str(problem), asked=version or 0, stands=stands.version, mine=told, theirs=theirs) from problem
    return _answer(row, response)


@router.delete("/{key}", response={204: None}, summary="Archive a mail template")
@grants(CONFIGURE)
def archive_mail_template(request: ApiRequest, key: Word) -> Any:
    """Offer it no longer; what was written from it stays. Safe to repeat. A PUT offers it again."""
    templates.archive(_found(key), by=Actor.of(request.member), at=request.at)
    return Answer(204, None)


def _answer(row: MailTemplate, response: HttpResponse) -> dict[str, Any]:
    response["ETag"] = f'"{row.version}"'
    return _told(row)


def _found(key: str) -> MailTemplate:
    found = MailTemplate.objects.filter(key=key).first()
    if found is None:
        raise Http404(f"no template {key}")
    return found
