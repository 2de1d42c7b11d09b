"""Forms as a browser without JavaScript would send them: every field of one form with the value it shows."""

from __future__ import annotations

from html.parser import HTMLParser


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []
        self._textarea: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self.forms.append({})
        elif tag == "input" and name:
            is_box = given.get("type") in ("checkbox", "radio")
            if given.get("type") not in ("file", "submit") and (not is_box or "checked" in given):
                self._put(name, given.get("value") or ("on" if is_box else ""))
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option" and self._select is not None:
            self._options.append((given.get("value") or "", "selected" in given))
        elif tag == "textarea":
            self._textarea, self._text = name, ""

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select is not None:
            chosen = [value for value, is_chosen in self._options if is_chosen] or [v for v, _ in self._options[:1]]
            if self._select and chosen:
                self._put(self._select, chosen[0])
            self._select = None
        elif tag == "textarea" and self._textarea is not None:
            self._put(self._textarea, self._text.removeprefix("\n"))
            self._textarea = None

    def _put(self, name: str, value: str) -> None:
        if self.forms:
            self.forms[-1].setdefault(name, []).append(value)


def form_with(html: str, *names: str) -> dict[str, list[str]]:
    """The first form that has all these fields."""
    parser = _Forms()
    parser.feed(html)
    found = next((form for form in parser.forms if all(name in form for name in names)), None)
    assert found is not None, f"no form with {names}; there are {[list(form) for form in parser.forms]}"
    return {name: values for name, values in found.items() if name != "csrfmiddlewaretoken"}
