"""Which encoding is this text in? Told from its bytes, with the doubt said aloud, and always choosable."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass

from charset_normalizer import from_bytes

from nenrin.values import Text

#: What a person can choose. cp932, not shift_jis: the latter has neither 髙 nor ①.
CHOICES: Mapping[str, Text] = {
    "utf-8": Text("UTF-8", "UTF-8"),
    "cp932": Text("Shift JIS (cp932, Windows)", "シフトJIS（cp932、Windows）"),
    "euc_jp": Text("EUC-JP", "EUC-JP"),
    "iso2022_jp": Text("ISO-2022-JP (JIS)", "ISO-2022-JP（JIS）"),
    "utf-16": Text("UTF-16 (Excel “Unicode text”)", "UTF-16（Excelの「Unicodeテキスト」）"),
    "utf-16-le": Text("UTF-16 little endian, no mark", "UTF-16（リトルエンディアン、BOMなし）"),
    "utf-16-be": Text("UTF-16 big endian, no mark", "UTF-16（ビッグエンディアン、BOMなし）"),
    "cp1252": Text("Western European (cp1252)", "西ヨーロッパ（cp1252）"),
}
#: How much of a file is looked at.
SAMPLE_BYTES = 256 * 1024
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
#: Each is the stricter superset that Python reads the choice with.
_CODECS = {"utf-8": "utf-8-sig", "euc_jp": "euc_jis_2004", "iso2022_jp": "iso2022_jp_ext"}
_JAPANESE = ("cp932", "euc_jp")


class UnknownEncoding(ValueError):
    """This encoding is not one that can be chosen: utf-8, cp932, euc_jp, iso2022_jp, utf-16, cp1252."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The likely encoding; `is_certain` where a mark or the bytes themselves leave no other."""

    encoding: str
    is_certain: bool


def codec(encoding: str) -> str:
    """Python's codec for a choice; a leading byte order mark is dropped by it.

    >>> codec("Shift_JIS"), codec("utf8")
    ('cp932', 'utf-8-sig')
    """
    name = chosen(encoding)
    return _CODECS.get(name, name)


def chosen(encoding: str) -> str:
    plain = encoding.strip().lower().replace("_", "-")
    aliases = {"utf8": "utf-8", "utf-8-sig": "utf-8", "shift-jis": "cp932", "sjis": "cp932", "ms932": "cp932",
               "windows-31j": "cp932", "euc-jp": "euc_jp", "eucjp": "euc_jp", "iso-2022-jp": "iso2022_jp",
               "iso2022-jp": "iso2022_jp", "jis": "iso2022_jp", "utf16": "utf-16", "utf-16le": "utf-16-le",
               "utf-16be": "utf-16-be", "windows-1252": "cp1252", "latin-1": "cp1252"}  # fmt: skip
    name = aliases.get(plain, plain)
    if name not in CHOICES:
        raise UnknownEncoding(f"{encoding!r} is not an encoding that can be chosen: one of {', '.join(CHOICES)}")
    return name


def detect(sample: bytes) -> Guess:
    """The encoding of a text, from its first bytes (up to SAMPLE_BYTES; a character cut at the end does no harm)."""
    for mark, encoding in _BOMS:
        if sample.startswith(mark):
            return Guess(encoding, is_certain=True)
    if b"\x1b$" in sample and _reads(sample, "iso2022_jp"):
        return Guess("iso2022_jp", is_certain=True)
    if wide := _without_mark(sample):
        return Guess(wide, is_certain=False)
    if _reads(sample, "utf-8"):
        return Guess("utf-8", is_certain=True)
    return _japanese(sample) or _other(sample)


def _reads(sample: bytes, encoding: str) -> bool:
    return _decoded(sample, encoding) is not None


def _decoded(sample: bytes, encoding: str) -> str | None:
    decoder = codecs.getincrementaldecoder(codec(encoding))(errors="strict")
    try:
        return decoder.decode(sample, final=len(sample) < SAMPLE_BYTES)
    except UnicodeDecodeError:
        return None


def _without_mark(sample: bytes) -> str | None:
    """UTF-16 without a mark: commas, digits and line ends leave a zero in every other byte."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) <= len(sample) // 20:
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _japanese(sample: bytes) -> Guess | None:
    """cp932 or EUC-JP, by how much the text read either way looks like Japanese people write."""
    read = {encoding: text for encoding in _JAPANESE if (text := _decoded(sample, encoding)) is not None}
    if not read:
        return None
    likeness = {encoding: _likeness(text) for encoding, text in read.items()}
    best = max(likeness, key=lambda encoding: likeness[encoding])
    if likeness[best] < 0.25:
        return None
    return Guess(best, is_certain=len(read) == 1 or likeness[best] > 2 * min(likeness.values()))


def _likeness(text: str) -> float:
    """Share of a text's non-ASCII characters that are kana, full-width forms or everyday kanji (JIS level 1)."""
    beyond = [character for character in text if character > "\x7f"]
    return sum(map(_everyday, beyond)) / len(beyond) if beyond else 0.0


def _everyday(character: str) -> float:
    if "ぁ" <= character <= "ヿ" or "！" <= character <= "～" or character in "　、。「」・":
        return 1.0
    if "ｦ" <= character <= "ﾟ":  # half-width kana: what EUC-JP looks like when read as cp932
        return 0.1
    try:
        row = character.encode("euc_jp")
    except UnicodeEncodeError:
        return 0.5 if character in "㈱㈲①②③④⑤⑥⑦⑧⑨髙﨑" else 0.0
    return 1.0 if len(row) == 2 and 0xB0 <= row[0] <= 0xCF else 0.3  # level 1: the 2,965 common kanji


def _other(sample: bytes) -> Guess:
    best = from_bytes(sample, cp_isolation=["cp1252", "utf_8", "cp932", "euc_jp"]).best()
    found = best.encoding if best else "utf_8"
    return Guess({"utf_8": "utf-8"}.get(found, found), is_certain=False)
