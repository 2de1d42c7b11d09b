"""Icons drawn into the page: no request, no style, and the colour of the text beside them."""

from __future__ import annotations

import re
from functools import cache

import lucide
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

#: Our word -> lucide's name, where ours says more or is shorter. Any lucide name works too.
NAMES = {
    "add": "plus",
    "alert": "triangle-alert",
    "back": "arrow-left",
    "close": "x",
    "columns": "columns-3",
    "compare": "git-compare-arrows",
    "delete": "trash-2",
    "down": "arrow-down",
    "edit": "pencil",
    "export": "upload",
    "import": "download",
    "filter": "list-filter",
    "group": "list-tree",
    "more": "ellipsis",
    "next": "chevron-right",
    "note": "sticky-note",
    "open": "chevron-down",
    "previous": "chevron-left",
    "settings": "settings-2",
    "theme": "sun-moon",
    "up": "arrow-up",
    "user": "circle-user-round",
}


class UnknownIcon(LookupError):
    """No such icon: use a name of nenrin.web.icons.NAMES or one of lucide's."""


def icon(name: str, label: str = "") -> SafeString:
    """The named picture; with a label it is read out, without one it is silent."""
    voice = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return mark_safe(f'<svg class="icon" viewBox="0 0 24 24" {voice}>{_shapes(name)}</svg>')


@cache
def _shapes(name: str) -> str:
    try:
        drawn = lucide._render_icon(NAMES.get(name, name), None)
    except lucide.IconDoesNotExist as problem:
        raise UnknownIcon(f"no icon named {name!r}: see nenrin.web.icons.NAMES") from problem
    inner = re.sub(r"^<svg[^>]*>|</svg>$", "", drawn.strip())
    return re.sub(r">\s+<", "><", inner.strip())
