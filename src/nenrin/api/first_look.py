"""REST: a first look at one file of contracts; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from ninja import File, Form, Router
from ninja.errors import HttpError
from ninja.files import UploadedFile
from pydantic import Field

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict
from nenrin.api.revenue_asking import OLDEST
from nenrin.foundation import organisation
from nenrin.foundation.permissions import Permission
from nenrin.ingest import imports
from nenrin.ingest.files import mappings, safety, tables
from nenrin.ingest.files.mappings import BadMapping, FileMapping
from nenrin.insight.first_look import documents, looking, reading
from nenrin.insight.first_look.looking import Assumed
from nenrin.insight.first_look.reading import Unclear
from nenrin.insight.first_look.settling import Ends

router = Router(tags=["revenue"])
#: Larger files are looked at on the page or by the command, which read them from the disk.
LARGEST = 50_000_000
Share = Annotated[float, Field(ge=0.01, le=1, allow_inf_nan=False)]


class LookIn(Strict):
    """`mapping` is YAML as for imports; without one, columns are found by their names. `ends`: what the end of a term without
    a successor means; guessed from the columns when left out. Margin and discount rate are assumptions."""

    mapping: str = ""
    as_of: date | None = None
    ends: Ends | None = None
    margin: Share = Assumed().margin
    discount: Share = Assumed().discount


class LookFigure(Strict):
    """`value` null: not enough data; `low` and `high` are the 95 % interval, null where there is no bound."""

    value: float | None
    n: int
    low: float | None
    high: float | None


class LookOut(Strict):
    """Money in minor units, shares of one. `caveats`: what must be known before the figures are believed; `left_out`: rows
    that could not be read, with every reason."""

    file: str
    as_of: date
    currency: str
    rows: int
    customers: int
    customers_a_year_ago: int
    of_them_gone: int
    columns: dict[str, str]
    figures: dict[str, LookFigure]
    lifetimes: list[dict[str, Any]]
    ends: dict[str, Any]
    assumed: dict[str, float]
    caveats: list[dict[str, str]]
    marked: dict[str, list[int]]
    left_out: list[dict[str, Any]]


@router.post("", response=LookOut, summary="Look at a file of contracts")
@grants(Permission.IMPORT)
def look(request: ApiRequest, said: Form[LookIn], file: File[UploadedFile]) -> Any:
    """Today's churn, NRR and LTV from one CSV or Excel list of contracts, each with its interval. The file is not kept and
    nothing is changed. 422 says what is wrong with it, 413 that it is larger than 50 MB."""
    if (file.size or 0) > LARGEST:
        raise HttpError(413, f"larger than {LARGEST:,} bytes: use the page or nenrin first-look")
    try:
        with _on_disk(file) as path:
            today = organisation.today(request.at)
            if said.as_of and not OLDEST <= said.as_of <= today:
                raise HttpError(422, f"as_of: {said.as_of} must lie between {OLDEST} and today")
            found = looking.look(path, _mapping(path, said), said.as_of or today, _assumed(said), name=file.name or "")
            return documents.document(found)
    except Unclear as problem:
        raise HttpError(422, problem.text.en) from None
    except (safety.Refused, tables.BadHeader, BadMapping) as problem:
        raise HttpError(422, imports.refusal_text(problem).en) from None


@contextmanager
def _on_disk(file: UploadedFile) -> Iterator[Path]:
    """The file as long as it is looked at."""
    with TemporaryDirectory(prefix="first-look-") as folder:
        path = Path(folder) / "contracts"
        with path.open("wb") as out:
            out.writelines(file.chunks())
        yield path


def _mapping(path: Path, said: LookIn) -> FileMapping:
    guess = reading.proposed(path)
    if not said.mapping:
        return guess
    told = mappings.from_yaml(said.mapping)
    return replace(told, reading=guess.reading) if told.reading == tables.Reading() else told


def _assumed(said: LookIn) -> Assumed:
    org = organisation.current()
    return Assumed(org.currency, org.zone, org.fiscal_start_month, said.margin, said.discount, said.ends)
