"""Figures in words: one way to write a count, a share, a duration, a sum of money. Pure; None is "–", no data."""

NO_DATA = "–"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def format_count(value: float | None) -> str:
    """Return a whole number with a comma at each thousand: 6,000."""
    return NO_DATA if value is None else f"{value:,.0f}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """Return `number` with its noun: 1 session, 6,000 sessions."""
    return f"{format_count(number)} {one if number == 1 else many or one + 's'}"


def format_decimal(value: float | None) -> str:
    """Return a number with as many decimals as it can carry: 0.003, 0.04, 2.5, 31, 6,000; "< 0.001" for less."""
    if value is None:
        return NO_DATA
    size = abs(value)
    if 0 < size < 0.0005:  # noqa: PLR2004 - rounds to 0
        return "< 0.001" if value > 0 else "> −0.001"
    places = next((places for end, places in ((0.01, 3), (1, 2), (10, 1)) if size < end), 0)
    shown = f"{size:,.{places}f}"
    return ("−" if value < 0 else "") + (shown.rstrip("0").rstrip(".") if "." in shown else shown)


def format_share(value: float | None) -> str:
    """Return a share of one in per cent, with a decimal only below 10 %; "100 %" and "0 %" are exact."""
    if value is None:
        return NO_DATA
    percent = value * 100
    if percent in {0, 100}:
        return f"{percent:.0f} %"
    if percent < 9.95:  # noqa: PLR2004 - rounds to 10
        return "< 0.1 %" if percent < 0.05 else f"{percent:.1f} %"  # noqa: PLR2004 - rounds to 0
    if percent > 100:  # noqa: PLR2004 - a share of more than all
        return "> 100 %" if percent < 100.5 else f"{percent:,.0f} %"  # noqa: PLR2004 - rounds to 100
    return "> 99 %" if percent >= 99.5 else f"{percent:.0f} %"  # noqa: PLR2004 - rounds to 100


def interval(low: float | None, high: float | None) -> str:
    """Return a 95 % interval of a share: 66–88 %; with a decimal where a rounded end would be 0, 100 or the other."""
    if low is None or high is None:
        return NO_DATA
    alike = f"{low * 100:.0f}" == f"{high * 100:.0f}"
    return f"{_end(low * 100, fine=alike)}–{_end(high * 100, fine=alike)} %"


def _end(percent: float, *, fine: bool) -> str:
    """Return an end of an interval; "0" and "100" are exact."""
    shown = f"{percent:.0f}"
    if percent in {0, 100} or not (fine or shown in {"0", "100"}):
        return shown
    return {"0.0": "<0.1", "100.0": ">99.9"}.get(f"{percent:.1f}", f"{percent:.1f}")


def format_points(value: float | None) -> str:
    """Return a difference of shares in percentage points, with its sign: +12, −3, 0."""
    if value is None:
        return NO_DATA
    rounded = round(value * 100)
    return "0" if rounded == 0 else f"{'+' if rounded > 0 else '−'}{abs(rounded)}"


def format_rate(hits: int, total: int, low: float | None, high: float | None) -> str:
    """Return a rate with its sample: 41 of 52 (79 %, 66–88 %); "no data" where the sample is empty."""
    if total == 0:
        return "no data"
    return f"{format_count(hits)} of {format_count(total)} ({format_share(hits / total)}, {interval(low, high)})"


def format_duration(seconds: float | None) -> str:
    """Return a duration in its two largest units: 0.4 s, 42 s, 3 min 20 s, 2 h 5 min, 3 d 4 h."""
    if seconds is None:
        return NO_DATA
    if seconds < 9.95:  # noqa: PLR2004 - rounds to 10
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return _two_units(whole, _MINUTE, "min", "s")
    minutes = round(seconds / _MINUTE)
    if minutes * _MINUTE < _DAY:
        return _two_units(minutes, 60, "h", "min")
    return _two_units(round(seconds / _HOUR), 24, "d", "h")


def _two_units(value: int, per: int, large: str, small: str) -> str:
    """Return `value` small units as large ones and what is left of the small."""
    whole, rest = divmod(value, per)
    return f"{whole} {large}" + (f" {rest} {small}" if rest else "")


def format_money(dollars: float | None) -> str:
    """Return US dollars: $0.04, $1.24, $41, $1,250; "< $0.01" for less than half a cent."""
    if dollars is None:
        return NO_DATA
    if 0 < abs(dollars) < 0.005:  # noqa: PLR2004 - rounds to 0
        return "< $0.01" if dollars > 0 else "> −$0.01"
    if dollars < 0:
        return f"−{format_money(-dollars)}"
    return f"${dollars:,.2f}" if dollars < 9.995 else f"${dollars:,.0f}"  # noqa: PLR2004 - rounds to 10


def format_tokens(value: float | None) -> str:
    """Return a number of tokens: 950, 12 k, 340 k, 1.2 M, 12 M, 2.1 G."""
    if value is None:
        return NO_DATA
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= size * 0.9995:
            scaled = value / size
            return f"{scaled:.1f} {unit}" if scaled < 9.95 else f"{scaled:,.0f} {unit}"  # noqa: PLR2004 - rounds to 10
    return f"{value:.0f}"
