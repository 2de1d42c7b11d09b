"""Addresses to suppress, read from a file: one a line, or in the first column of a CSV."""

from __future__ import annotations

import csv
import io

from nenrin.foundation.mail import addresses
from nenrin.foundation.mail.suppressions import Told

MOST_OCTETS = 5 * 1024 * 1024


def read(content: bytes) -> tuple[list[Told], list[tuple[int, str]]]:
    """(addresses, lines that hold none: number and first cell). A heading line is left out without a word."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp932", errors="replace")
    told, wrong = [], []
    for number, cells in enumerate(csv.reader(io.StringIO(text.replace("\0", ""))), start=1):
        cell = addresses.normal(cells[0]) if cells else ""
        if addresses.is_valid(f"x{cell}" if cell.startswith("@") else cell):
            told.append(Told(address=cell, note=cells[3][:300] if len(cells) > 3 else ""))
        elif cell and number > 1:
            wrong.append((number, cell[:40]))
    return told, wrong
