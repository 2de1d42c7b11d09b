"""The mapping page: how the file is read, which column is what, and the first rows as they will be understood."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.ingest import imports as files
from nenrin.ingest.files import mappings, safety, tables
from nenrin.ingest.files.dates import ORDERS, Order
from nenrin.ingest.files.encodings import CHOICES
from nenrin.ingest.files.fields import Field
from nenrin.ingest.files.kinds import KINDS
from nenrin.ingest.files.mappings import Attribute, FileMapping, Known, Origin
from nenrin.ingest.files.records import Reader, Record, shown
from nenrin.ingest.files.tables import Reading, Table
from nenrin.ingest.importing import chunks
from nenrin.ingest.models import Import
from nenrin.ingest.models.imports import State
from nenrin.values import Text
from nenrin.web.guard import MemberRequest, requires

PREVIEW = 8
#: The choice that keeps what a mapping file says beyond one column.
RULE = "*rule*"
_REFUSALS = (mappings.BadMapping, tables.BadHeader, safety.Refused, files.WrongState)


def _in_words(texts: Mapping[str, Text]) -> list[tuple[str, str]]:
    return [(str(key), text.in_(get_language() or "ja")) for key, text in texts.items()]


#: Any in the forms below: they hand on what a form of Django takes.


class ReadingForm(forms.Form):
    """How the file is read and how it writes what can be written in several ways."""

    def __init__(self, *args: Any, table: Table | None, sheets: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if table is not None and table.form == "xlsx":
            del self.fields["encoding"], self.fields["delimiter"]
            self.fields["sheet"].widget = forms.Select(choices=[(name, name) for name in table.sheets])
        else:
            del self.fields["sheet"]
        columns = [(name, name) for name in (table.header if table else ())]
        self.fields["known_column"].widget = forms.Select(choices=[("", "—"), *columns])

    encoding = forms.ChoiceField(label=_("Encoding"), choices=lambda: _in_words(CHOICES))
    delimiter = forms.ChoiceField(
        label=_("Delimiter"), choices=[(",", _("Comma")), ("tab", _("Tab")), (";", _("Semicolon")), ("|", _("Bar"))]
    )
    sheet = forms.CharField(label=_("Sheet"), required=False)
    header = forms.IntegerField(label=_("Header row"), min_value=1, max_value=1000)
    order = forms.ChoiceField(
        label=_("How dates are written"), choices=lambda: _in_words({o.value: t for o, t in ORDERS.items()})
    )
    dash = forms.ChoiceField(
        label=_("A dash for a number"),
        choices=[("ask", _("Reject the row")), ("zero", _("Means zero")), ("blank", _("Means nothing"))],
    )
    decimal = forms.ChoiceField(label=_("Decimal mark"), choices=[(".", "1,234.5"), (",", "1.234,5")])
    duplicates = forms.ChoiceField(
        label=_("A key more than once"),
        choices=[
            ("last", _("The last row counts")),
            ("first", _("The first row counts")),
            ("error", _("Reject all of them")),
        ],
    )
    namespace = forms.CharField(
        label=_("Keys belong to"), max_length=80, help_text=_("product: the same keys as in your product's events.")
    )
    known = forms.ChoiceField(
        label=_("When could we know it"),
        choices=[
            ("arrival", _("From today on")),
            ("lag", _("Days after it happened (history)")),
            ("column", _("A column says it")),
        ],
    )
    known_days = forms.IntegerField(label=_("Days after"), required=False, min_value=0, max_value=3650)
    known_column = forms.CharField(label=_("Column of the day"), required=False)


class ColumnsForm(forms.Form):
    """For each field of the kind the column that fills it, or a value for every row."""

    def __init__(
        self, *args: Any, fields: Sequence[Field], table: Table | None, mapping: FileMapping, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind_fields = fields
        columns = [(name, name) for name in (table.header if table else ())]
        for of in fields:
            origin = mapping.fields.get(of.key)
            is_rule = origin is not None and not _is_simple(origin)
            kept = [(RULE, _("as the mapping file says"))] if is_rule else []
            choices = [("", _("not in the file")), *kept, *columns]
            label = of.name.in_(get_language() or "ja") + (" *" if of.is_required else "")
            chosen = RULE if is_rule else origin.column if origin else ""
            self.fields[f"column.{of.key}"] = forms.ChoiceField(
                label=label, choices=choices, required=False, initial=chosen
            )
            always = origin.value if origin and _is_simple(origin) else ""
            self.fields[f"always.{of.key}"] = forms.CharField(
                label=label, required=False, max_length=200, initial=always
            )


def _is_simple(origin: Origin) -> bool:
    return origin in (Origin(column=origin.column), Origin(value=origin.value))


class AttributesForm(forms.Form):
    """The columns that no field takes: left out, or kept as a custom attribute of a type."""

    TYPES = (
        ("", _("leave out")),
        ("text", _("keep as text")),
        ("number", _("keep as number")),
        ("date", _("keep as date")),
        ("bool", _("keep as yes or no")),
    )

    def __init__(self, *args: Any, columns: Sequence[str], mapping: FileMapping, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = {a.origin.column: a.type for a in mapping.attributes.values()}
        self.columns = list(columns)
        for place, column in enumerate(self.columns):
            self.fields[f"keep.{place}"] = forms.ChoiceField(
                label=column, choices=self.TYPES, required=False, initial=kept.get(column, "")
            )


@dataclass(frozen=True, slots=True)
class Line:
    """A field's row in the table: its column and constant inputs, and what the first row gives."""

    field: Field
    column: forms.BoundField
    always: forms.BoundField
    sample: str
    problem: Text | None


@requires(Permission.IMPORT)
def import_mapping(request: MemberRequest, key: int) -> HttpResponse:
    """Assign columns. "Read again" shows the file with the choices made; saving goes on to the import's page."""
    row = get_object_or_404(Import, pk=key)
    if row.state in (State.CHECKING, State.RUNNING, State.UNDOING, State.DONE, State.UNDONE):
        return HttpResponseRedirect(reverse("import", args=[key]))
    if request.method == "POST" and "yaml" in request.POST:
        return _save(request, row, request.POST["yaml"])
    mapping, problem = files.mapping_of(row), None
    if request.method == "POST":
        mapping, problem = _posted(request, row, mapping)
        if problem is None and "reread" not in request.POST:
            return _save(request, row, mapping)
    return _page(request, row, mapping, problem)


@requires(Permission.IMPORT)
def import_mapping_yaml(request: MemberRequest, key: int) -> HttpResponse:
    """The mapping as a file, to keep beside the data or for the command line."""
    row = get_object_or_404(Import, pk=key)
    response = HttpResponse(mappings.to_yaml(files.mapping_of(row)), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{row.kind}.yaml"'
    return response


def _save(request: MemberRequest, row: Import, mapping: FileMapping | str) -> HttpResponse:
    try:
        wanted = mappings.from_yaml(mapping) if isinstance(mapping, str) else mapping
        files.assign(row, wanted, by=Actor.of(request.user), at=request.at)
    except _REFUSALS as problem:
        shown_mapping = mapping if isinstance(mapping, FileMapping) else files.mapping_of(row)
        return _page(
            request, row, shown_mapping, files.refusal_text(problem), yaml=mapping if isinstance(mapping, str) else ""
        )
    return HttpResponseRedirect(reverse("import", args=[row.pk]))


def _posted(request: MemberRequest, row: Import, mapping: FileMapping) -> tuple[FileMapping, Text | None]:
    """The mapping that the forms say; with the reading first, for it decides which columns there are."""
    table, problem = _table(row, mapping)
    form = ReadingForm(request.POST, table=table)
    if not form.is_valid():
        wrong = "; ".join(f"{form[name].label}: {errors[0]}" for name, errors in form.errors.items())
        return mapping, Text(wrong, wrong)
    mapping = _as_read(form, mapping)
    table, problem = _table(row, mapping)
    if table is None:
        return mapping, problem
    kind = KINDS[row.kind]
    columns = ColumnsForm(request.POST, fields=kind.fields, table=table, mapping=mapping)
    columns.is_valid()
    mapping = replace(mapping, fields=_origins(columns, mapping, table))
    if kind.has_attributes:
        mapping = replace(mapping, attributes=_kept(request, table, mapping))
    return mapping, None


def _as_read(form: ReadingForm, mapping: FileMapping) -> FileMapping:
    said = form.cleaned_data
    delimiter = said.get("delimiter", "")
    reading = Reading(
        said.get("encoding", ""), "\t" if delimiter == "tab" else delimiter, said["header"], said.get("sheet", "")
    )
    policy = said["known"]
    known = Known(
        policy, said["known_days"] or 0 if policy == "lag" else 0, said["known_column"] if policy == "column" else ""
    )
    return replace(
        mapping, reading=reading, order=Order(said["order"]), dash=said["dash"], decimal=said["decimal"],
        duplicates=said["duplicates"], namespace=said["namespace"], known=known,
    )  # fmt: skip


def _origins(form: ColumnsForm, mapping: FileMapping, table: Table) -> dict[str, Origin]:
    found: dict[str, Origin] = {}
    for of in form.kind_fields:
        column = form.cleaned_data.get(f"column.{of.key}", "")
        always = form.cleaned_data.get(f"always.{of.key}", "")
        if column == RULE and of.key in mapping.fields:
            found[of.key] = mapping.fields[of.key]
        elif column in table.header:
            found[of.key] = Origin(column=column)
        elif always:
            found[of.key] = Origin(value=always)
    return found


def _kept(request: MemberRequest, table: Table, mapping: FileMapping) -> dict[str, Attribute]:
    """Attributes as the form says; rules of a mapping file stay where they are."""
    rest = _rest(table, mapping)
    form = AttributesForm(request.POST, columns=rest, mapping=mapping)
    form.is_valid()
    kept = {key: a for key, a in mapping.attributes.items() if not _is_simple(a.origin)}
    names = {a.origin.column: (key, a) for key, a in mapping.attributes.items() if _is_simple(a.origin)}
    for place, column in enumerate(rest):
        kind = form.cleaned_data.get(f"keep.{place}", "")
        if kind:
            key, before = names.get(
                column, (_attribute_key(column), Attribute(Origin(column=column), en=column, ja=column))
            )
            kept[key] = replace(before, type=kind)
    return kept


def _attribute_key(column: str) -> str:
    """A column's name as a key: small letters and digits; what is not Latin gets a short mark of its own.

    >>> _attribute_key("Monthly Charges")
    'monthly_charges'
    """
    plain = re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")
    mark = hashlib.sha256(column.encode()).hexdigest()[:6]
    if plain[:1].isalpha() and column.isascii():
        return plain[:60]
    return f"c_{plain}_{mark}"[:60] if plain else f"c_{mark}"


def _rest(table: Table, mapping: FileMapping) -> list[str]:
    used = {name for origin in mapping.fields.values() for name in origin.columns()} | set(mapping.keys.values())
    used |= {name for a in mapping.attributes.values() if not _is_simple(a.origin) for name in a.origin.columns()}
    return [name for name in table.header if name not in used]


def _table(row: Import, mapping: FileMapping) -> tuple[Table | None, Text | None]:
    try:
        return files.table_of(row, mapping), None
    except (tables.BadHeader, safety.Refused) as problem:
        return None, files.refusal_text(problem)
    except FileNotFoundError:
        return None, Text(
            "The uploaded file is gone: upload it again.",
            "アップロードしたファイルがありません。もう一度アップロードしてください。",
        )


def _page(
    request: MemberRequest, row: Import, mapping: FileMapping, problem: Text | None, yaml: str = ""
) -> HttpResponse:
    table, unread = _table(row, mapping)
    kind = KINDS[row.kind]
    columns = ColumnsForm(fields=kind.fields, table=table, mapping=mapping)
    preview = _preview(row, table, mapping, request) if table else []
    rest = _rest(table, mapping) if table else []
    context = {
        "as_of": request.at,
        "row": row,
        "kind": kind.name,
        "problem": problem or unread,
        "reading": ReadingForm(initial=_initial(mapping, table), table=table),
        "is_sure": table.is_encoding_certain if table else True,
        "lines": [_line(of, columns, preview) for of in kind.fields],
        "attributes": AttributesForm(columns=rest, mapping=mapping) if kind.has_attributes and rest else None,
        "header": table.header if table else (),
        "rows": [(record.number, [shown(cell) for cell in record.cells]) for record in preview],
        "yaml": yaml or mappings.to_yaml(mapping),
    }
    return render(request, "imports/mapping.html", context, status=422 if problem else 200)


def _initial(mapping: FileMapping, table: Table | None) -> dict[str, object]:
    reading = table.reading if table else mapping.reading
    return {
        "encoding": reading.encoding, "delimiter": "tab" if reading.delimiter == "\t" else reading.delimiter, "sheet": reading.sheet,
        "header": reading.header, "order": mapping.order.value, "dash": mapping.dash, "decimal": mapping.decimal,
        "duplicates": mapping.duplicates, "namespace": mapping.namespace, "known": mapping.known.policy,
        "known_days": mapping.known.days, "known_column": mapping.known.column,
    }  # fmt: skip


def _preview(row: Import, table: Table, mapping: FileMapping, request: MemberRequest) -> list[Record]:
    """The first rows as the mapping reads them; as they are where its columns are not in this file."""
    context = chunks.context_of(row, mapping, request.at)
    if not mapping.columns() <= set(table.header):
        mapping = FileMapping(kind=row.kind, fields={})
    reader = Reader(mapping, KINDS[row.kind].fields, table.header, chunks.manner_of(mapping, context))
    return [reader.record(cells) for cells in islice(table.rows(), PREVIEW)]


def _line(of: Field, form: ColumnsForm, preview: Sequence[Record]) -> Line:
    """What the first row that says something gives this field, or the first problem with it."""
    origin = form[f"column.{of.key}"].initial
    for record in preview:
        for problem in record.problems:
            if problem.column == origin:
                return Line(
                    of, form[f"column.{of.key}"], form[f"always.{of.key}"], f"{shown(problem.value)}", problem.expected
                )
    values = (record.values.get(of.key) for record in preview)
    first = next((value for value in values if value is not None), None)
    return Line(
        of, form[f"column.{of.key}"], form[f"always.{of.key}"], "" if first is None else shown(str(first)), None
    )
