"""Time expressions found in a parsed text and resolved against the article's date."""

from datetime import date

from spacy.tokens import Doc

from transforms.annotate.records import TimeExpression
from transforms.annotate.times import absolute, lengths, relative
from transforms.annotate.times.direction import Directions
from transforms.annotate.times.readings import Reading, Rule, Setting
from transforms.spans import Span

RULES: tuple[Rule, ...] = (*absolute.RULES, *relative.RULES, *lengths.RULES)
"""All rules; of two that match the same characters the earlier one counts."""

Candidate = tuple[Span, int, Reading]


def find_times(doc: Doc, published: date | None) -> tuple[TimeExpression, ...]:
    """Time expressions in text order, none inside another; of several readings the first and longest one.

    Relative expressions have no value where ``published`` is None. TIMEX3 values follow ISO-TimeML; an interval of days
    is an ISO 8601 interval.
    """
    text: str = doc.text
    setting = Setting(published, Directions(doc).of)
    candidates = [candidate for number, rule in enumerate(RULES) for candidate in _matches(rule, number, text, setting)]
    found: list[TimeExpression] = []
    end = 0
    for span, number, reading in sorted(candidates, key=lambda item: (item[0].start, -item[0].end, item[1])):
        if span.start < end:
            continue
        end = span.end
        period = reading.period
        found.append(
            TimeExpression(
                span=span,
                surface=span.of(text),
                type=reading.type,
                value=period.value if period else None,
                date_start=period.start if period else None,
                date_end=period.end if period else None,
                method=RULES[number].name,
            )
        )
    return tuple(found)


def _matches(rule: Rule, number: int, text: str, setting: Setting) -> list[Candidate]:
    found = []
    for match in rule.pattern().finditer(text):
        reading = rule.read(match, setting)
        if reading is not None:
            span = match.span("span") if "span" in match.groupdict() else match.span()
            found.append((Span(*span), number, reading))
    return found
