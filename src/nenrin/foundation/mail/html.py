"""Markup of mails: what is allowed in it, and its plain words."""

from __future__ import annotations

import html as entities
import re
from typing import Final

import nh3

TAGS: Final = {
    *("a", "b", "blockquote", "br", "code", "div", "em", "h1", "h2", "h3", "h4", "hr", "i", "li", "ol", "p", "pre"),
    *("span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul"),
}
ATTRIBUTES: Final = {"a": {"href", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
SCHEMES: Final = {"http", "https", "mailto", "tel"}
_BREAKS: Final = re.compile(r"(?i)<br\s*/?>|</(?:p|div|h[1-4]|li|tr|blockquote|pre)>")
_LINK: Final = re.compile(r"https?://[^\s<>\"'　、。）」』]+")


def clean(markup: str) -> str:
    """Markup without anything that runs, loads or hides: after rendering, whoever wrote it.

    >>> clean('<p onclick="x()">Hi<script>alert(1)</script> <img src="https://x.example/p.png"></p>')
    '<p>Hi </p>'
    """
    if not markup.strip():
        return ""
    found: str = nh3.clean(
        markup, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer"
    )
    return found.strip()


def as_text(markup: str) -> str:
    """The words of a markup, a line for each paragraph.

    >>> as_text("<p>A &amp; B</p><p>C<br>D</p>")
    'A & B\\nC\\nD'
    """
    lined = _BREAKS.sub("\n", markup)
    bare: str = nh3.clean(lined, tags=set(), attributes={})
    return entities.unescape(bare).strip()


def of_text(text: str) -> str:
    """Plain words as markup: paragraphs at blank lines, addresses as links, nothing else.

    >>> of_text("Hello <b>\\n\\nSee https://a.example/x")
    '<p>Hello &lt;b&gt;</p>\\n<p>See <a href="https://a.example/x">https://a.example/x</a></p>'
    """
    paragraphs = [part.strip("\n") for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]
    return "\n".join(f"<p>{_linked(part)}</p>" for part in paragraphs)


def _linked(words: str) -> str:
    found, end = [], 0
    for match in _LINK.finditer(words):
        url = entities.escape(match[0])
        found += [entities.escape(words[end : match.start()], quote=False), f'<a href="{url}">{url}</a>']
        end = match.end()
    found.append(entities.escape(words[end:], quote=False))
    return "".join(found).replace("\n", "<br>\n")
