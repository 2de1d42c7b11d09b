"""The tags of Nenrin's pages; docs/design.md shows each with its arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from itertools import count
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import template
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language

from nenrin.foundation import format
from nenrin.values import Money, Text
from nenrin.web import assets, definitions, icons, marks, toasts
from nenrin.web.charts import ring
from nenrin.web.charts.bands import band_of
from nenrin.web.templatetags import pictures

register = template.Library()
register.tags.update(pictures.register.tags)
register.filters.update(pictures.register.filters)
Context = template.Context


def language() -> str:
    return get_language() or "ja"


# --- words and figures -----------------------------------------------------------------------------------------


@register.filter
def text(value: object) -> str:
    """A Text in the reader's language: {{ entry.label|text }}."""
    return value.in_(language()) if isinstance(value, Text) else str(value if value is not None else "")


@register.filter
def text_or_markup(value: object) -> str:
    """Marked-up text as it is, a Text or str escaped by the template."""
    return value if isinstance(value, SafeString) else text(value)


@register.filter
def listed(words: Sequence[object]) -> str:
    """Several in a row: 、 between them in Japanese, commas in English."""
    return Text(", ", "、").in_(language()).join(text(word) for word in words)


@register.filter
def add_query(url: str | None, query: str) -> str:
    """An address with a query, or nothing where there is no address."""
    return f"{url}?{query}" if url else ""


@register.filter
def pairs(left: Sequence[object], right: Sequence[object]) -> list[tuple[object, object]]:
    """Two lists side by side."""
    return list(zip(left, right, strict=False))


@register.filter
def undo_of(tags: str) -> str:
    """The undo address that a message's tags carry (see nenrin.web.toasts)."""
    return toasts.undo_of(tags or "")


@register.filter
def unlocalised(value: object) -> str:
    """For attributes that machines read: no grouping, a point."""
    return str(value)


@register.simple_tag
def number(value: format.Number | None, digits: int = 0) -> str:
    return _or_missing(value, format.number(value, language(), digits))


@register.simple_tag
def percent(share: Any, digits: int = 1) -> str:
    """A share of one, a Ratio or None."""
    shown = format.percent(share, language(), digits)
    return _or_missing(None if shown == format.missing(language()) else share, shown)


@register.simple_tag
def money(amount: Money | int | None, style: format.MoneyStyle = "table", currency: str = "JPY") -> str:
    """A Money, or minor units with their currency; style table, text or compact."""
    whole = Money(amount, currency) if isinstance(amount, int) else amount
    return _or_missing(whole, format.money(whole, language(), style))


@register.simple_tag
def signed(value: format.Number | None, digits: int = 0, unit: str = "") -> str:
    return _or_missing(value, format.signed(value, language(), digits, unit))


@register.simple_tag
def day(value: date | None, style: format.DayStyle = "short") -> str:
    if value is None:
        return marks.missing(language())
    return format_html(
        '<time datetime="{}" class="nowrap">{}</time>', value.isoformat(), format.day(value, language(), style)
    )


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime | None, named_zone: bool = False) -> str:
    """An instant on the reader's clock."""
    if value is None:
        return marks.missing(language())
    shown = format.moment(value, language(), reader_zone(context), named_zone=named_zone)
    return format_html('<time datetime="{}" class="nowrap">{}</time>', value.isoformat(), shown)


@register.simple_tag(takes_context=True)
def as_of(context: Context, value: datetime | date | None) -> str:
    """ "2026/11/24 06:00 時点": when the figures beside it were true."""
    return format.as_of(value, language(), reader_zone(context))


@register.simple_tag
def days_left(days: int | None) -> str:
    return _or_missing(days, format.days_left(days, language()))


@register.simple_tag
def days_ago(days: int | None) -> str:
    return _or_missing(days, format.days_ago(days, language()))


@register.simple_tag
def duration(seconds: format.Number | None) -> str:
    return _or_missing(seconds, format.duration(seconds, language()))


@register.simple_tag
def size(octets: int | None) -> str:
    return _or_missing(octets, format.size(octets, language()))


@register.simple_tag
def missing() -> SafeString:
    return marks.missing(language())


# --- marks -----------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    return icons.icon(name, label)


@register.simple_tag
def health(band: object, score: float | None = None) -> SafeString:
    """● 健全 88. Bands in any of their spellings; anything else is unknown."""
    return marks.health(band, score, language())


@register.simple_tag
def health_shape(band: object) -> SafeString:
    return marks.shape(band)


@register.simple_tag
def health_word(band: object) -> str:
    return marks.WORDS[band_of(band)].in_(language())


@register.filter
def band(value: object) -> str:
    """good, watch, risk or unknown, for class names: class="is-{{ health.band|band }}"."""
    return band_of(value)


@register.simple_tag
def delta(
    change: float | None, digits: int = 0, unit: str = "", loud: float = marks.LOUD, inverse: bool = False
) -> SafeString:
    """A signed change; `loud` is where colour begins, `inverse` where less is better."""
    return marks.delta(change, language(), digits=digits, unit=unit, loud=loud, inverse=inverse)


@register.simple_tag(name="ring")
def ring_tag(tree: ring.Tree | None, size: ring.Size = "row") -> SafeString:
    """The growth-ring mark of a charts.ring.Tree; size "row" (silent) or "head" (spelt out)."""
    grown = tree or ring.Tree()
    return marks.large_ring(grown, language()) if size == "head" else marks.small_ring(grown)


@register.simple_tag
def ring_of(trees: Mapping[int, ring.Tree], key: int) -> SafeString:
    """The row's mark out of a mapping by account; nothing for an account that never had a term."""
    tree = trees.get(key)
    return marks.small_ring(tree) if tree else mark_safe("")


@register.simple_tag
def spark(values: Sequence[float | None] | None, band: object = None) -> SafeString:
    """Twelve weekly scores, the oldest first; the words "not enough data" below two points."""
    return marks.sparkline(values or (), band) or marks.missing(language())


@register.simple_tag
def share_bar(share: float | None) -> SafeString:
    return marks.share_bar(share) if share is not None else mark_safe("")


@register.simple_tag
def logo() -> SafeString:
    """Rings round an off-centre pith, the last one left open."""
    return mark_safe(
        '<svg viewBox="0 0 28 28" aria-hidden="true" fill="none" stroke="currentColor">'
        '<circle cx="12.3" cy="15.5" r="1.9" fill="currentColor" stroke="none"/>'
        '<circle cx="12.7" cy="15.1" r="4.7" stroke-width="1.7"/><circle cx="13.2" cy="14.6" r="8.1" stroke-width="1.7"/>'
        '<path d="M14.1 2.3a11.8 11.8 0 1 1-8.5 3.5" stroke-width="1.9" stroke-linecap="round"/></svg>'
    )


# --- structure -------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def define(
    context: Context,
    key: str,
    name: object = "",
    meaning: object = "",
    at: datetime | date | None = None,
    mark: bool = False,
) -> SafeString:
    """A dotted term that explains itself: {% define "arr" %}, {% define "usage_trend" %} for a measure, or with own words.

    Words may be Text or str. `at` (or the page's `as_of`) is added as the date of the figure. A `mark` is a small
    sign beside a word that is a link already.
    """
    term = definitions.find(key)
    word = text(name) or (text(term.name) if term else key)
    sense = text(meaning) or (text(term.meaning) if term else "")
    if not sense:
        return format_html("{}", word)
    when = at or context.get("as_of")
    stamp = format_html("<small>{}</small>", format.as_of(when, language(), reader_zone(context))) if when else ""
    return format_html(
        '{1}<span class="note" id="{0}" popover role="note">{2}{3}</span>',
        (note := _note_id(key)),
        _sign(note, word) if mark else format_html(_TERM, note, word),
        sense,
        stamp,
    )


_TERM = '<button type="button" class="def" popovertarget="{0}">{1}</button>'
_SIGN = '<button type="button" class="def def--sign" popovertarget="{0}" aria-label="{1}">?</button>'


def _sign(note: str, word: str) -> SafeString:
    """A small mark that opens the note of the word before it."""
    return format_html(_SIGN, note, Text(f"What “{word}” means", f"「{word}」の意味").in_(language()))


@register.simple_block_tag
def section(
    content: str, title: object, key: str = "", meta: object = "", url: str = "", link: object = ""
) -> SafeString:
    """A ruled section: {% section "Why" key="why" meta=stamp url=all link="See all" %}...{% endsection %}.

    `meta` stands at the right: when and whence the numbers are.
    """
    name = key or f"section-{next(_NOTES)}"
    more = format_html('<a href="{}">{}</a>', url, text(link)) if url else ""
    side = (
        format_html('<span class="meta">{}</span>', meta if isinstance(meta, SafeString) else text(meta))
        if meta
        else ""
    )
    return format_html(
        '<section class="section" aria-labelledby="{0}"><div class="section__head"><h2 id="{0}">{1}</h2>{2}{3}</div>{4}</section>',
        name,
        text(title),
        more,
        side,
        mark_safe(content),
    )


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """The page's address with some parameters changed or (None, "") dropped; the page number falls away."""
    given: QueryDict = context["request"].GET.copy()
    given.pop("page", None)
    for name, value in changes.items():
        if value is None or value == "":
            given.pop(name, None)
        else:
            given[name] = str(value)
    return "?" + given.urlencode()


@register.simple_tag(takes_context=True)
def page_url(context: Context, number: int) -> str:
    """The page's address at another page of its list."""
    given: QueryDict = context["request"].GET.copy()
    given["page"] = str(number)
    return "?" + given.urlencode()


@register.simple_tag(takes_context=True)
def query_without(context: Context, name: str, value: object = None) -> str:
    """The page's address without a parameter, or without one of its values."""
    pairs = [
        (key, one)
        for key, values in context["request"].GET.lists()
        for one in values
        if key != "page" and not (key == name and (value is None or str(value) == one))
    ]
    return "?" + urlencode(pairs)


@register.inclusion_tag("components/sort.html", takes_context=True)
def sort(
    context: Context,
    key: str,
    label: object,
    current: str = "",
    number: bool = False,
    term: str = "",
    at: datetime | date | None = None,
    meaning: object = "",
) -> dict[str, object]:
    """A column head (with its th) that sorts: {% sort "mrr" "MRR" current=sort number=True %}; "-mrr" is descending.

    A `term` of the glossary, or one with a `meaning` of its own, adds a small mark that opens what the column's figures
    mean, and `at` when they were true.
    """
    order = "descending" if current == f"-{key}" else "ascending" if current == key else ""
    following = key if order == "descending" else f"-{key}" if order or number else key
    return {
        "label": text(label),
        "order": order,
        "number": number,
        "sign": define(context, term, label, meaning, at=at, mark=True) if term else "",
        "url": query(context, sort=f"-{key}" if order == "ascending" else key if order else following),
    }


@register.simple_tag(takes_context=True)
def here(context: Context) -> str:
    """The page's own address, for `next` fields."""
    request = context.get("request")
    return request.get_full_path() if request else "/"


@register.simple_tag
def asset(name: str) -> str:
    """Address of nenrin.css or of a module, with the digest in it."""
    return assets.address(name)


@register.simple_tag
def asset_preloads() -> list[str]:
    return assets.preloads()


def reader_zone(context: Context) -> tzinfo:
    """The member's zone, else the organisation's, else the active one."""
    named = getattr(context.get("user"), "zone", "") or getattr(
        getattr(context.get("shell"), "organisation", None), "zone", ""
    )
    return ZoneInfo(named) if named else get_current_timezone()


def _or_missing(value: object, shown: str) -> str:
    return marks.missing(language()) if value is None else shown


def _note_id(key: str) -> str:
    """Unique in the process, so that a fragment swapped into a page never repeats an id."""
    return f"def-{''.join(c if c.isalnum() else '-' for c in key)}-{next(_NOTES)}"


_NOTES = count(1)
