"""Compile every area's catalogue (web/locale/<area>/ja/LC_MESSAGES/django.po) to .mo beside it.

With --check: nothing is written; a fuzzy, empty or ill-formed entry is an error.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parents[1] / "src" / "nenrin" / "web" / "locale"


def main(only_check: bool) -> int:
    wrong = 0
    for po in sorted(LOCALE.glob("*/*/LC_MESSAGES/django.po")):
        with po.open("rb") as source:
            catalogue = read_po(source, locale=po.parts[-3], abort_invalid=True)
        for message in catalogue:
            texts = message.string if isinstance(message.string, (list, tuple)) else [message.string]
            if message.id and (message.fuzzy or not all(texts)):
                print(f"{po.relative_to(LOCALE)}:{message.lineno}: not translated: {message.id!r}")
                wrong += 1
        if not only_check:
            _write(po.with_suffix(".mo"), catalogue)
    return 1 if wrong and only_check else 0


def _write(target: Path, catalogue: object) -> None:
    draft = target.with_suffix(".tmp")
    with draft.open("wb") as out:
        write_mo(out, catalogue)
    draft.replace(target)


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
