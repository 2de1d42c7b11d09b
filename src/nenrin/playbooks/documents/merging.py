"""Words with gaps that each account fills: {{account}}, {{owner}}, {{deadline}}; a text after | stands where nothing is known.

A gap that nobody knows is refused when the playbook is saved, so that nothing goes out with a hole in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from nenrin.values import Text

GAP = re.compile(r"\{\{\s*([a-z_.]+)\s*(?:\|([^{}]*))?\}\}")
GAPS: dict[str, Text] = {
    "account": Text("name of the account", "顧客名"),
    "contact": Text("name of the person", "宛先の氏名"),
    "owner": Text("name of the owner", "担当CSMの氏名"),
    "plan": Text("plan", "プラン"),
    "deadline": Text("notice deadline", "更新拒絶期限日"),
    "days_left": Text("days until the notice deadline", "更新拒絶期限日までの日数"),
    "renewal": Text("renewal", "更新日"),
    "score": Text("health score", "ヘルススコア"),
    "reason": Text("why the playbook began", "開始の理由"),
}


def filled(words: str, known: Mapping[str, str]) -> str:
    """The words with every gap filled; an empty one by what stands after its bar, else by nothing.

    >>> filled("Dear {{contact|Sir or Madam}}, {{account}}", {"account": "Acme", "contact": ""})
    'Dear Sir or Madam, Acme'
    """
    return GAP.sub(lambda gap: known.get(gap[1]) or (gap[2] or "").strip(), words)


def unknown(words: str) -> list[str]:
    """Gaps that nothing fills.

    >>> unknown("{{account}} {{acount}}")
    ['acount']
    """
    return [name for name, _ in GAP.findall(words) if name not in GAPS]


def count(words: str) -> int:
    return len(GAP.findall(words))
