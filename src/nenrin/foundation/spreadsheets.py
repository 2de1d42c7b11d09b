"""Cells for spreadsheets: none that one would run."""

from __future__ import annotations

import re

#: Full-width forms too, which Excel reads as such in a Japanese setting, whatever blanks stand before.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_CONTROL = ("\t", "\r", "\n", "\0")
_NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d+)?")


def defused(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula: an apostrophe before what looks like one; nothing is empty.

    >>> defused("=1+1"), defused("-3"), defused(" ＠SUM"), defused(None), defused(4)
    ("'=1+1", '-3', "' ＠SUM", '', 4)
    """
    if cell is None:
        return ""
    if not isinstance(cell, str) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA) or cell.startswith(_CONTROL) else cell
