"""REST: addresses to which mails may go again, and consents to marketing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404
from ninja import Field, File, Router
from ninja import Status as Answer
from ninja.files import UploadedFile

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict
from nenrin.customers.errors import Fault, Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import suppression_files, suppressions
from nenrin.foundation.mail.errors import Refused as Unprocessable
from nenrin.foundation.models import Suppression
from nenrin.foundation.permissions import Permission
from nenrin.values import Text

router = Router(tags=["mail"])
CONFIGURE = Permission.MAIL_CONFIGURE
#: So many are kept in one transaction.
PART = 500


class Lifting(Strict):
    """`note`: why mails may go there again; who asked us to stop is asked first."""

    note: str = Field(min_length=1, max_length=300)


class ConsentIn(Strict):
    """`basis`: the ground in law; `words` what was agreed to, `place` where it was said."""

    address: str = Field(max_length=254)
    basis: str
    words: str = Field("", max_length=300)
    place: str = Field("", max_length=300)


class ConsentOut(Strict):
    id: int
    address: str
    basis: str
    words: str
    place: str
    given_at: datetime


class NoAddress(Strict):
    """A line of the file that holds no address, with its first cell."""

    line: int
    value: str


class SuppressionsRead(Strict):
    """`added`: addresses that were not on the list; `wrong`: the first hundred lines that were left out."""

    added: int
    wrong: list[NoAddress]


@router.post("/suppressions/file", response=SuppressionsRead, summary="Suppress the addresses of a file")
@grants(CONFIGURE)
def read_suppressions(request: ApiRequest, file: File[UploadedFile | None] = None) -> Any:
    """At most 5 MB; an address a line or in a CSV's first column, a note in its fourth. Safe to repeat."""
    if file is None:
        raise Refused.one("file", Text("send one as multipart/form-data", "multipart/form-data で送信"))
    if (file.size or 0) > suppression_files.MOST_OCTETS:
        raise Refused.one("file", Text("at most 5 MB", "5 MBまで"))
    told, wrong = suppression_files.read(file.read())
    by, parts = Actor.of(request.member), range(0, len(told), PART)
    added = sum(suppressions.add_many(told[start : start + PART], by=by, at=request.at) for start in parts)
    return {"added": added, "wrong": [{"line": line, "value": value} for line, value in wrong[:100]]}


@router.post(
    "/suppressions/{int:suppression_id}/lift", response={204: None}, summary="Let mails go to an address again"
)
@grants(CONFIGURE)
def lift_suppression(request: ApiRequest, suppression_id: Id, body: Lifting) -> Any:
    """With a reason, which stays in the audit log. 404 where it was lifted already."""
    row = Suppression.objects.filter(pk=suppression_id).first()
    if row is None:
        raise Http404(f"no suppression {suppression_id}")
    try:
        suppressions.lift(row, note=body.note, by=Actor.of(request.member), at=request.at)
    except Unprocessable as refused:
        raise _refused(refused) from refused
    return Answer(204, None)


@router.post("/consents", response={201: ConsentOut}, summary="Record a consent to marketing")
@grants(CONFIGURE)
def record_consent(request: ApiRequest, body: ConsentIn) -> Any:
    """Never changed later: a new one is recorded beside it."""
    told = body.model_dump()
    try:
        row = suppressions.consent(
            told.pop("address"), told.pop("basis"), by=Actor.of(request.member), at=request.at, **told
        )
    except Unprocessable as refused:
        raise _refused(refused) from refused
    return Answer(201, {name: getattr(row, name) for name in ConsentOut.model_fields})


def _refused(refused: Unprocessable) -> Refused:
    return Refused([Fault(field, text) for field, text in refused.faults.items()])
