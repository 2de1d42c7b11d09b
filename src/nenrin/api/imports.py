"""REST: imports of files: sent, looked at while they run, taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404
from ninja import Field, File, Form, Query, Router
from ninja import Status as Answer
from ninja.errors import HttpError
from ninja.files import UploadedFile

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, Word, page
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.ingest import imports
from nenrin.ingest.files import mappings, safety, tables
from nenrin.ingest.models import Import
from nenrin.ingest.models.imports import State

router = Router(tags=["imports"])
IMPORT = Permission.IMPORT
_BEGUN = (State.CHECKING, State.RUNNING, State.UNDOING, State.DONE, State.UNDONE)


class ImportIn(Strict):
    """`mapping` is YAML as docs/import.md has it; without one, columns are found by their names or as last time."""

    kind: Word
    source: Word
    mapping: str = ""
    dry_run: bool = False


class ImportOut(Strict):
    """rows_total = created + updated + unchanged + rejected once it is done."""

    id: int
    kind: str
    source: str
    name: str
    state: str
    rows_total: int | None
    rows_done: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    kept_back: int
    problem: str
    created_at: datetime
    finished_at: datetime | None


class ImportMapping(Strict):
    """YAML as docs/import.md has it."""

    mapping: str = Field(max_length=1_000_000)


class RejectOut(Strict):
    row: int
    problems: list[dict[str, str]]


def _shown(row: Import) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in ImportOut.model_fields if name not in {"id", "problem"}}
    return {"id": row.pk, "problem": row.problem.get("en", ""), **plain}


@router.get("", response=Page[ImportOut], summary="List imports")
@grants(IMPORT)
def list_imports(request: ApiRequest, window: Query[Window]) -> Any:
    """Every import with where it stands."""
    return page(Import.objects.all(), window, {"id", "created_at"}, lambda rows: [_shown(row) for row in rows])


@router.post("", response={202: ImportOut}, summary="Send a file")
@grants(IMPORT)
def send_import(request: ApiRequest, said: Form[ImportIn], file: File[UploadedFile]) -> Any:
    """Keep the file, assign its columns and begin; the worker goes on. 422 says what is wrong with file or mapping."""
    by = Actor.of(request.member)
    try:
        row = imports.upload(
            said.kind,
            source=said.source,
            name=file.name or "file",
            content=file.chunks(),
            by=by,
            at=request.at,
            member=request.member,
        )
        mapping = mappings.from_yaml(said.mapping) if said.mapping else imports.mapping_of(row)
        imports.assign(row, mapping, by=by, at=request.at)
    except imports.TooLarge as problem:
        raise HttpError(413, str(problem)) from None
    except (safety.Refused, tables.BadHeader, mappings.BadMapping, imports.UnknownKind) as problem:
        raise HttpError(422, str(problem)) from None
    begin = imports.check if said.dry_run else imports.start
    return Answer(202, _shown(begin(row, by=by, at=request.at)))


@router.get("/{key}", response=ImportOut, summary="One import")
@grants(IMPORT)
def one_import(request: ApiRequest, key: Id) -> Any:
    """Where it stands and what came of it."""
    return _shown(_found(key))


@router.get("/{key}/rejected", response=Page[RejectOut], summary="Rejected rows")
@grants(IMPORT)
def rejected_rows(request: ApiRequest, key: Id, window: Query[Window]) -> Any:
    """Each row that was not taken in, with column, value and what was expected in both languages."""
    rows = _found(key).rejects.all()
    return page(rows, window, {"id"}, lambda found: [{"row": r.number, "problems": r.problems} for r in found])


@router.post("/{key}/undo", response={202: ImportOut}, summary="Take an import back")
@grants(IMPORT)
def undo_import(request: ApiRequest, key: Id) -> Any:
    """Every row that nothing later stands on; `kept_back` says how many stayed. 409 where it is not done."""
    return _moved(imports.undo, key, request)


@router.post("/{key}/cancel", response={202: ImportOut}, summary="Stop an import")
@grants(IMPORT)
def cancel_import(request: ApiRequest, key: Id) -> Any:
    """What is written stays. 409 where it does not run."""
    return _moved(imports.cancel, key, request)


@router.post("/{key}/check", response={202: ImportOut}, summary="Check an import")
@grants(IMPORT)
def check_import(request: ApiRequest, key: Id) -> Any:
    """Every row is read and tried, nothing is kept but what would be refused. 409 where it has begun or has no mapping."""
    return _moved(imports.check, key, request)


@router.post("/{key}/start", response={202: ImportOut}, summary="Begin an import")
@grants(IMPORT)
def start_import(request: ApiRequest, key: Id) -> Any:
    """Of a file that was checked or mapped. 409 where it has begun."""
    return _moved(imports.start, key, request)


@router.post("/{key}/resume", response={202: ImportOut}, summary="Go on with an import")
@grants(IMPORT)
def resume_import(request: ApiRequest, key: Id) -> Any:
    """After the last row that was settled. 409 where it was neither stopped nor broke off."""
    return _moved(imports.resume, key, request)


@router.get("/{key}/mapping", response=ImportMapping, summary="Get the mapping of an import")
@grants(IMPORT)
def get_mapping(request: ApiRequest, key: Id) -> Any:
    """As YAML, as docs/import.md has it."""
    return {"mapping": mappings.to_yaml(imports.mapping_of(_found(key)))}


@router.put("/{key}/mapping", response=ImportOut, summary="Assign the columns of an import")
@grants(IMPORT)
def put_mapping(request: ApiRequest, key: Id, body: ImportMapping) -> Any:
    """Remembered for the next file of this source and kind. 422 says what is wrong, 409 where it has begun."""
    row = _found(key)
    if row.state in _BEGUN:
        raise HttpError(409, f"the import is {row.state}")
    try:
        wanted = mappings.from_yaml(body.mapping)
        return _shown(imports.assign(row, wanted, by=Actor.of(request.member), at=request.at))
    except imports.WrongState as problem:
        raise HttpError(409, str(problem)) from None
    except (safety.Refused, tables.BadHeader, mappings.BadMapping, imports.UnknownKind) as problem:
        raise HttpError(422, str(problem)) from None


def _moved(verb: Callable[..., Import], key: int, request: ApiRequest) -> Any:
    try:
        return Answer(202, _shown(verb(_found(key), by=Actor.of(request.member), at=request.at)))
    except (imports.WrongState, imports.NotUndoable) as problem:
        raise HttpError(409, str(problem)) from None


def _found(key: int) -> Import:
    row = Import.objects.filter(pk=key).first()
    if row is None:
        raise Http404(f"no import {key}")
    return row
