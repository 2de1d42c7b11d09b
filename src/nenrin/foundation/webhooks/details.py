"""What is told of a delivery: the other side's own words, or one of ours as a code that each reader sees in their language.

A code stands as "@code" or "@code rest", so that no answer of a server is taken for one.
"""

from __future__ import annotations

from typing import Final

from nenrin.values import Text

OURS: Final[dict[str, Text]] = {
    "lost": Text(
        "the address or secret of this endpoint cannot be opened: enter it again",
        "送信先のURLまたはシークレットを復号できません。入力し直してください",
    ),
    "late": Text("no answer within {rest} seconds", "{rest}秒以内に応答なし"),
    "inside": Text(
        "{rest}: this name leads to an address that is not on the public network",
        "{rest}: 公開ネットワーク外のアドレスに解決されます",
    ),
    "unreadable": Text("an address that can be read", "正しい形式のURL"),
    "scheme": Text("an address that begins with https://", "https:// で始まるURL"),
    "port": Text("port 443 or 8443", "ポートは443または8443"),
    "userinfo": Text("an address without name and password", "ユーザー名・パスワードを含まないURL"),
    "unanswered": Text("no answer ({rest})", "応答なし（{rest}）"),
}


def told(code: str, rest: str = "") -> str:
    """As it is kept.

    >>> told("late", "25")
    '@late 25'
    """
    return f"@{code} {rest}".strip()[:300]


def of(kept: str) -> Text:
    """As it is read; what the other side said stays as it was.

    >>> of("@late 25").ja, of("500 broken").ja
    ('25秒以内に応答なし', '500 broken')
    """
    code, _, rest = kept.removeprefix("@").partition(" ")
    if not kept.startswith("@") or code not in OURS:
        return Text(kept, kept)
    found = OURS[code]
    return Text(found.en.replace("{rest}", rest), found.ja.replace("{rest}", rest))
