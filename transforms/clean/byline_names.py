"""Names in a byline as printed or stated: without introductory words, roles, dates and addresses."""

import re
from functools import cache

from transforms.clean import date_values, word_lists
from transforms.clean.json_ld import plain
from transforms.clean.wording import squeeze

MAX_AUTHORS = 20
MAX_NAME = 80
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\S+")
_BRACKETS = re.compile(r"\s*\([^()]{0,60}\)\s*$")
_SPLIT = re.compile(r"\s*(?:;|\||\n|•|·|/|&|\+|,(?!\s*(?:Jr|Sr|PhD|MD|M\.D|Ph\.D|III?)\b))\s*")
_DIGITS_ONLY = re.compile(r"[\d\W_]+")
# dpa/lno, srf/hosb: the sign of one desk, not two names
_INITIALS = re.compile(r"(?<![^\s;,])([A-Za-z]{2,4})/([A-Za-z]{2,5})(?![^\s;,])")
_DIGITS = re.compile(r"\d")
_CLOCK = re.compile(
    r"\b(?:(?:at|um|à|alle|a las|às|kl\.?|om) )?\d{1,2}[:.]\d{2}(?:\s?(?:[ap]\.?m\b\.?|Uhr|h))?", re.IGNORECASE
)
# "reporter" or "correspondent", which stands behind a name in Korean, Japanese and Chinese bylines
_REPORTER = re.compile(r"\s*(?:기자|특파원|記者|记者)$")


def names_in(byline: str) -> tuple[str, ...]:
    """The names of a byline without introductory words, roles, dates and addresses, each once."""
    text = plain(byline)
    if not text or text.startswith(("http://", "https://")):
        return ()
    found: dict[str, str] = {}
    signed = _INITIALS.sub("\\1\u2215\\2", _without_dates(text[:1000]))
    for piece in _SPLIT.split(_conjunctions().sub(";", signed)):
        if found and _roles().search(piece):
            continue  # what the one before is, not who
        name = one_name(piece.replace("\u2215", "/"))
        if name.casefold() in _no_names():
            continue
        if 1 < len(name) <= MAX_NAME and not _DIGITS_ONLY.fullmatch(name):
            found.setdefault(name.casefold(), name)
    return tuple(found.values())[:MAX_AUTHORS]


def one_name(piece: str) -> str:
    """A name without what is written before and after it; the whole is taken for one name."""
    name = _ADDRESS.sub("", squeeze(piece)).strip()
    name = _introduction().sub("", name).lstrip("@")
    if len(name) > 25:
        name = _BRACKETS.sub("", name)
    name = re.sub(r"\s*\([a-zäöü.]{2,5}\)$", "", name)
    name = _REPORTER.sub("", name)
    before_role = _roles().split(name, maxsplit=1)[0]
    name = before_role if len(before_role.split()) > 1 else name
    return name.strip(" ,;:|-–—•·.'\"") if not name.endswith((" Jr.", " Sr.")) else name.strip(" ,;:|-–—•·")


def _without_dates(byline: str) -> str:
    """The byline with a bar in the place of dates and clock times, and of the days of the week beside them."""
    if not _DIGITS.search(byline):
        return _weekday_at_end().sub("", byline)
    lines = []
    for line in byline.split("\n"):
        text = line
        for _ in range(3):
            printed = date_values.printed(text, month_first=False)
            if printed is None:
                break
            text = squeeze(text)
            before = _weekday_at_end().sub("", text[: printed.start].rstrip(" ,"))
            text = f"{before} | {text[printed.end :]}"
        lines.append(_CLOCK.sub(" | ", text))
    return "\n".join(lines)


@cache
def _weekday_at_end() -> re.Pattern[str]:
    alternatives = "|".join(re.escape(word) for word in word_lists.words("weekdays.tsv"))
    return re.compile(rf"(?:^|[\s,|]+)(?:{alternatives}),?\s*$", re.IGNORECASE | re.MULTILINE)


@cache
def _no_names() -> frozenset[str]:
    openings = (phrase.casefold() for phrase in word_lists.words("byline_openings.txt"))
    weekdays = word_lists.words("weekdays.tsv")
    return frozenset((*word_lists.words("no_names.txt"), *openings, *weekdays))


@cache
def _introduction() -> re.Pattern[str]:
    phrases = sorted(word_lists.words("byline_openings.txt"), key=len, reverse=True)
    alternatives = "|".join(re.escape(phrase) for phrase in phrases)
    return re.compile(rf"^(?:(?:{alternatives})(?:\s*:\s*|\s+))+", re.IGNORECASE)


@cache
def _conjunctions() -> re.Pattern[str]:
    alternatives = "|".join(re.escape(word) for word in word_lists.words("name_conjunctions.txt"))
    # as written: "A" and "I" between names are initials
    return re.compile(rf"\s(?:{alternatives})\s")


@cache
def _roles() -> re.Pattern[str]:
    alternatives = "|".join(re.escape(word) for word in word_lists.words("roles.txt"))
    return re.compile(rf"(?<![^\W\d_])(?:{alternatives})(?![^\W\d_])", re.IGNORECASE)
