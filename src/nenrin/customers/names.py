"""One normal form of company names, so that ㈱東雲精機, 株式会社東雲精機 and 東雲精機（株） meet."""

from __future__ import annotations

import re

from nenrin.foundation.search import normal

_FORMS = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|合名会社|一般社団法人|一般財団法人|公益社団法人|公益財団法人|特定非営利活動法人|"
    r"医療法人(?:社団)?|学校法人|社会福祉法人|\((?:株|有|同|資|名|社|財|医|学|福)\)"
)
_ENDINGS = re.compile(r"(?<=.)(?:coltd|inc|incorporated|corp|corporation|ltd|limited|llc|gmbh|plc)$")
_MARKS = re.compile(r"[\s\-‐‑–—−・･.,、。'’\"“”()\[\]「」]+")


def matching(name: str) -> str:
    """What two spellings of one company share: width, case, kana, legal form and punctuation taken away.

    >>> matching("㈱東雲精機") == matching("東雲精機　株式会社")
    True
    >>> matching("Acme Co., Ltd.") == matching("ACME CO LTD")
    True
    """
    folded = normal(name)
    bare = _MARKS.sub("", _FORMS.sub("", folded))
    return _ENDINGS.sub("", bare) or folded
