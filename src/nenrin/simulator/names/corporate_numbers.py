"""Corporate numbers (法人番号): thirteen digits, the first of which checks the other twelve."""

# Registry offices are numbered far below this, so a number made here belongs to no company on earth.
UNUSED_OFFICE = 9900
COMPANY_KIND = 1


def check_digit(base: int) -> int:
    """Return the leading digit for the twelve digits of `base`.

    Source: ordinance on corporate numbers, article 2: 9 minus the remainder by 9 of the sum of the digits,
    those in even places from the right counted twice.

    >>> check_digit(700110005901)
    8
    """
    digits = [int(figure) for figure in reversed(f"{base:012d}")]
    return 9 - sum(digit * (1 + place % 2) for place, digit in enumerate(digits)) % 9


def is_valid(number: str) -> bool:
    """Tell whether thirteen digits check out."""
    return len(number) == 13 and number.isdigit() and int(number[0]) == check_digit(int(number[1:]))


def numbered(serial: int) -> str:
    """Return the valid number of the `serial`-th invented company (0 to 999,999)."""
    base = UNUSED_OFFICE * 10**8 + COMPANY_KIND * 10**6 + serial
    return f"{check_digit(base)}{base:012d}"
