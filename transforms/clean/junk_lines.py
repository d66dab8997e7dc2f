"""Lines that stand inside an article's text on the page but are not part of it."""

import re
from functools import cache

from transforms.clean import word_lists

MAX_LINE = 220
"""Longer lines are paragraphs, whatever they begin with."""
MAX_EMBED = 500
"""Longest request for leave to show what others host."""
MAX_TAIL_HEADING = 60
MAX_DATE = 50
MAX_DATE_WORDS = 6
FIRST_SPACELESS = "\u3040"
"""Characters from here on are written without spaces between words."""
LONGEST_UNIT = 4
"""Letters of the words beside a date: "Uhr", "a.m.", "kl", "CEST"."""
_FULL_DATE = re.compile(r"\b(?:19|20)\d\d\b.*\d|\d.*\b(?:19|20)\d\d\b")
_READING_TIME = re.compile(r"^\d{1,3}[ -]?(?:min|mins|minutes?|minuten)\b[. ]*(?:read|lesezeit)?\.?$", re.IGNORECASE)
_DATE_LINE_LENGTH = 90
_CREDIT = re.compile(r"(?:\bgetty images|\bshutterstock|/(?:afp|ap|reuters|dpa|epa|imago))\W{0,3}$", re.IGNORECASE)
_CREDIT_LENGTH = 80
_CONTACT = re.compile(r"^[^@]{0,30}\b[\w.+-]{1,40}@[\w.-]{3,40}\W{0,3}$")
_ADDRESS = re.compile(r"^https?://\S+$")
# what screen readers are told about a link, in brackets after it
_LINK_NOTE = re.compile(
    r"\s?\((?:öffnet (?:in|im) (?:einem )?neuen (?:fenster|tab)|opens in (?:a )?new (?:window|tab)|external link"
    r"|externer link|nouvelle fenêtre|se abre en (?:una )?(?:nueva ventana|ventana nueva))\)",
    re.IGNORECASE,
)


def is_junk(line: str) -> bool:
    """Whether the line is a newsletter box, a pointer to other articles, a caption's credit, a byline or its like."""
    if len(line) > MAX_LINE:
        return len(line) <= MAX_EMBED and bool(_embed().match(line.casefold()))
    folded = line.casefold().strip(" \t-•*»›>|[](){}")
    if folded.rstrip(" :.!?…") in _whole():
        return True
    if _openings().match(folded) or _READING_TIME.match(folded):
        return True
    if (len(line) <= _CREDIT_LENGTH and _CREDIT.search(line)) or _CONTACT.match(line) or _ADDRESS.match(line):
        return True
    if len(line) <= _DATE_LINE_LENGTH and _dated().match(folded):
        return True
    return bool(_byline().match(line.strip()))


def is_date(line: str) -> bool:
    """Whether the line is no more than a date, perhaps with a weekday, a time and its zone."""
    if len(line) > MAX_DATE:
        return False
    words = re.findall(r"[^\W\d_]+", line.casefold())
    unknown = [word for word in words if word not in _months() and len(word) > LONGEST_UNIT]
    return bool(_FULL_DATE.search(line)) and len(unknown) <= 1 and len(words) <= MAX_DATE_WORDS


def begins_other_articles(line: str) -> bool:
    """Whether the line is a heading such as stands above pointers to other articles, at the end of a page."""
    return len(line) <= MAX_TAIL_HEADING and bool(_tail().match(line.casefold().strip(" \t-•*»›>|[](){}")))


def without_notes(line: str) -> str:
    """The line without what is said to screen readers about its links."""
    return _LINK_NOTE.sub("", line) if "(" in line else line


@cache
def _whole() -> frozenset[str]:
    return frozenset(phrase for kind, phrase, *_ in word_lists.rows("junk_lines.tsv") if kind == "whole")


@cache
def _openings() -> re.Pattern[str]:
    return _pattern("opening", r"(?!\w)")


@cache
def _months() -> frozenset[str]:
    return frozenset(word_lists.words("months.tsv"))


@cache
def _embed() -> re.Pattern[str]:
    return _pattern("embed", r"(?!\w)")


@cache
def _tail() -> re.Pattern[str]:
    return _pattern("tail", r"(?!\w)")


@cache
def _dated() -> re.Pattern[str]:
    # the word for "published" or "updated", then a date somewhere near
    return _pattern("dated", r"(?!\w)[^\d]{0,40}\d")


@cache
def _byline() -> re.Pattern[str]:
    alternatives = "|".join(re.escape(phrase) for kind, phrase, *_ in word_lists.rows("junk_lines.tsv") if kind == "by")
    # the word for "by" and a name, with no full stop: a sentence may begin with it as well
    return re.compile(rf"^(?i:{alternatives}):?\s[A-ZÀ-ÞА-Я][^.!?]{{2,58}}$")


def _pattern(kind: str, after: str) -> re.Pattern[str]:
    phrases = sorted((row[1] for row in word_lists.rows("junk_lines.tsv") if row[0] == kind), key=len, reverse=True)
    # in scripts written without spaces a phrase ends where it ends
    alternatives = (re.escape(phrase) + ("" if phrase[-1] >= FIRST_SPACELESS else after) for phrase in phrases)
    return re.compile("|".join(alternatives))
