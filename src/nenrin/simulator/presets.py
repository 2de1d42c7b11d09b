"""The sizes of world there are."""

from dataclasses import dataclass

#: Of all customers: small, middle and large ones.
TIER_SHARES = (0.62, 0.28, 0.10)


@dataclass(frozen=True, slots=True)
class Preset:
    """How large a world is. `stock` is the share of accounts that were customers before the first month.

    A world with few seats an account (`seat_scale`) may ask more for each (`price_scale`).
    `contrast` is how much more strongly than in the truth behaviour shows adoption above and below average: in a small
    world few accounts must show every colour.
    """

    key: str
    accounts: int
    months: int
    stock: float = 0.0
    seat_scale: float = 1.0
    price_scale: float = 1.0
    contrast: tuple[float, float] = (1.0, 1.0)
    tiers: tuple[float, float, float] = TIER_SHARES


XS = Preset("XS", accounts=60, months=18, stock=0.6, seat_scale=0.45)
S = Preset("S", accounts=300, months=24, stock=0.5)
M = Preset("M", accounts=5_000, months=36)
L = Preset("L", accounts=50_000, months=60)

PRESETS = {preset.key: preset for preset in (XS, S, M, L)}


class UnknownPresetError(LookupError):
    """There is no such size of world; use one of XS, S, M, L."""


def named(key: str) -> Preset:
    """Return the preset called `key`, in either case.

    Raises UnknownPresetError.
    """
    try:
        return PRESETS[key.upper()]
    except KeyError:
        raise UnknownPresetError(f"{key!r} is not a size of world: use one of {', '.join(PRESETS)}") from None
