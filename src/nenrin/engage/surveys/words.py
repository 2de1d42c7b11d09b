"""What a survey asks, and how its scale reads; the mail that carries it."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Final

from nenrin.values import Language, Text

NAMES: Final[Mapping[str, Text]] = {
    "nps": Text("NPS", "NPS"),
    "csat": Text("CSAT", "CSAT"),
    "ces": Text("CES", "CES"),
}
QUESTIONS: Final[Mapping[str, Text]] = {
    "nps": Text(
        "How likely are you to recommend us to a colleague or another company?",
        "当社のサービスを、同僚や他社の方にどのくらい勧めたいと思いますか。",
    ),
    "csat": Text("How satisfied are you with our service?", "当社のサービスにどのくらい満足していますか。"),
    "ces": Text(
        "It was easy to get done what you wanted with us. Do you agree?",
        "当社のサービスで、やりたいことを簡単に実現できましたか。",
    ),
}
#: What the lowest and the highest score mean.
ENDS: Final[Mapping[str, tuple[Text, Text]]] = {
    "nps": (Text("not at all likely", "まったく勧めたくない"), Text("extremely likely", "ぜひ勧めたい")),
    "csat": (Text("very dissatisfied", "とても不満"), Text("very satisfied", "とても満足")),
    "ces": (Text("strongly disagree", "まったくそう思わない"), Text("strongly agree", "とてもそう思う")),
}
_CHOOSE: Final = Text(
    "Choose a number; the page that opens sends it when you confirm.",
    "数字を選ぶとページが開き、確認のうえ送信できます。",
)
_DEAR: Final = Text("Dear {name},", "{name} 様")


def scale(survey: str, language: Language) -> str:
    """
    >>> scale("csat", "en")
    '1 = very dissatisfied, 5 = very satisfied'
    """
    low, high = (end.in_(language) for end in ENDS[survey])
    first, last = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}[survey]
    return f"{first} = {low}, {last} = {high}" if language == "en" else f"{first}: {low}、{last}: {high}"


def letter(
    survey: str, question: str, intro: str, name: str, links: Sequence[tuple[int, str]], language: Language
) -> tuple[str, str]:
    """The mail as (text, markup): a line, and in the markup a number, for each score."""
    dear = _DEAR.in_(language).format(name=name) if name else ""
    before = [part for part in (dear, intro, question, scale(survey, language)) if part]
    text = "\n\n".join([*before, "\n".join(f"{score}: {url}" for score, url in links), _CHOOSE.in_(language)])
    markup = "".join(f"<p>{html.escape(part)}</p>" for part in before)
    cells = "".join(f'<td><a href="{html.escape(url)}">{score}</a></td>' for score, url in links)
    return text, f"{markup}<table><tr>{cells}</tr></table><p>{html.escape(_CHOOSE.in_(language))}</p>"
