"""How the report writes figures into its sentences."""

from collections.abc import Sequence

from ..samples import Samples


def ms(value: float) -> str:
    """Milliseconds, without the unit: as many digits as mean something."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def times(value: float, base: float) -> str:
    """"2.3 times"; nothing can be said of a base of nought."""
    if not base:
        return "no measurable number of times"
    ratio = value / base
    return f"{ratio:.2f} times" if ratio < 0.95 else f"{ratio:.1f} times" if ratio < 100 else f"{ratio:,.0f} times"


def listed(parts: Sequence[str]) -> str:
    """"a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def median(samples: Samples) -> float | None:
    spread = samples.spread()
    return spread.median if spread else None


def cells(samples: Samples) -> list[str]:
    """Median, the 10 to 90 % spread, the most, and how many were lost of how many: what a table has of latencies."""
    spread = samples.spread()
    own = [ms(spread.median), f"{ms(spread.low)} - {ms(spread.high)}", ms(spread.most)] if spread else ["", "", ""]
    return [*own, f"{samples.lost()} of {len(samples)}" if samples.lost() else "0" if len(samples) else ""]


CELLS = ("median", "10 - 90 %", "most", "lost")
