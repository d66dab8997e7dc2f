"""How long and how often: durations and sets."""

import re

from transforms.annotate.times.absolute import SPACE
from transforms.annotate.times.periods import Period
from transforms.annotate.times.readings import Reading, Rule, Setting, compiled
from transforms.annotate.times.relative import number_pattern
from transforms.annotate.times.words import number, one_of, values

_CODES = {"TS": "T{}S", "TM": "T{}M", "TH": "T{}H", "Q": "{}Q", "WE": "{}WE"}
_TENFOLD = {"E": 10, "C": 100}
_FREQUENCY = {"hourly": "PT1H", "daily": "P1D", "weekly": "P1W", "monthly": "P1M", "quarterly": "P1Q"}
_YEARLY = {"annually": "P1Y", "yearly": "P1Y"}


def length(unit: str, count: int | None) -> str:
    """TIMEX3 duration of that many units: P3D, PT2H, PXW for some weeks; decades and centuries count as years."""
    if unit in _TENFOLD:
        return "PXY" if count is None else f"P{count * _TENFOLD[unit]}Y"
    shown = "X" if count is None else str(count)
    return "P" + _CODES.get(unit, "{}" + unit).format(shown)


def _counted(match: re.Match[str], _: Setting) -> Reading | None:
    count = number(match["number"])
    return Reading("DURATION", Period(length(values("unit")[match["unit"].lower()], count))) if count else None


def _vague(match: re.Match[str], _: Setting) -> Reading | None:
    vague = values("vague").get(" ".join((match["vague"] or "").lower().split()), "X")
    return Reading(
        "DURATION", Period(length(values("unit")[match["unit"].lower()], int(vague) if vague.isdigit() else None))
    )


def _set(match: re.Match[str], _: Setting) -> Reading | None:
    if match["weekday"]:
        return Reading("SET", Period(f"XXXX-WXX-{values('weekday')[match['weekday'].lower()]}"))
    return Reading("SET", Period(length(values("unit")[match["unit"].lower()], 1)))


def _weekdays(match: re.Match[str], _: Setting) -> Reading | None:
    return Reading("SET", Period(f"XXXX-WXX-{values('weekday')[match['weekday'].lower()]}"))


def _frequency(match: re.Match[str], _: Setting) -> Reading | None:
    word = match["word"].lower()
    return Reading("SET", Period((_FREQUENCY | _YEARLY)[word]))


_WEEKDAY = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_NO_AGE = rf"(?!{SPACE}old|-old)"


def _unit() -> str:
    return rf"(?i:(?P<unit>{one_of('unit')}))"


RULES: tuple[Rule, ...] = (
    Rule(
        "length",
        compiled(
            lambda: (
                rf"(?:(?i:the{SPACE})?(?i:last|past|next|first|coming|previous|final|latest){SPACE})?"
                rf"{number_pattern()}(?:{SPACE}?-|{SPACE})(?i:(?:more|full|straight|consecutive){SPACE})?{_unit()}s?{_NO_AGE}"
            )
        ),
        _counted,
    ),
    Rule(
        "vague-length",
        compiled(
            lambda: (
                rf"(?:(?i:the{SPACE})?(?i:last|past|next|first|coming){SPACE})?"
                rf"(?:(?i:(?P<vague>{one_of('vague')})){SPACE})?(?i:(?P<unit>day|week|month|year|decade|hour)s){_NO_AGE}"
            )
        ),
        _vague,
    ),
    Rule(
        "each",
        compiled(lambda: rf"(?i:each|every){SPACE}(?:(?P<weekday>{_WEEKDAY})|{_unit()})"),
        _set,
    ),
    Rule("weekdays", compiled(lambda: rf"(?P<weekday>{_WEEKDAY})s"), _weekdays),
    Rule("frequency", compiled(lambda: rf"(?i:(?P<word>{'|'.join((*_FREQUENCY, *_YEARLY))}))"), _frequency),
)
