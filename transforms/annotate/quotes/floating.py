"""Quoted statements with nobody named beside them: the running speaker, a dash with a name, speakers' labels."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from transforms.annotate.quotes.attribution import Attribution
from transforms.annotate.quotes.marks import words
from transforms.annotate.quotes.reading import Quotable, Reading
from transforms.spans import Span

_DASH_NAME = re.compile(r"\s*[―—–-]{1,2}\s*((?:[A-Z][\w.'’-]*[ ]?){1,4})")
_LABEL = re.compile(r"[\"“]?([A-Z][A-Z .'’-]{2,30}):[ \u00a0]+(?=\S)")
_FEWEST_TURNS = 2
_FEWEST_SPEAKERS = 2
_NOBODY = frozenset(
    ("read more", "watch", "listen", "see also", "more", "related", "photos", "video", "update", "note")
)
_FEWEST_WORDS = 4
_PARAGRAPHS_APART = 2


def transcript_turns(reading: Reading) -> list[Attribution]:
    """Paragraphs that begin with a name in capitals and a colon, where two speakers or more have several turns.

    Labels that never come back are headings (ENERGY, BONDS); so are those that nobody else answers (READ MORE).
    """
    found: list[Attribution] = []
    for number, paragraph in enumerate(reading.paragraphs):
        match = _LABEL.match(reading.text, paragraph.start, paragraph.end)
        if match is None:
            continue
        content = Span(match.end(), paragraph.end)
        if not words(reading.text, content):
            continue
        label = Span(match.start(1), match.end(1))
        token = reading.doc[max(0, reading.token_at(label.end) - 1)]
        found.append(
            Attribution("transcript", (content,), number, Span(label.end, label.end + 1), ":", label, subject=token)
        )
    turns = Counter(item.speaker.of(reading.text) for item in found if item.speaker is not None)
    talking = [label for label, count in turns.items() if count >= _FEWEST_TURNS and label.lower() not in _NOBODY]
    return found if len(talking) >= _FEWEST_SPEAKERS else []


def floating_quotes(reading: Reading, attributed: Sequence[Attribution], used: frozenset[int]) -> list[Attribution]:
    """Quoted statements that no cue claims; they continue the quotation before them, if it is near.

    ``attributed`` is in text order. The attributions returned refer to one another or to those given.
    """
    contents = sorted(span for item in attributed for span in item.content)
    place_among = 0
    running: Attribution | None = None
    found: list[Attribution] = []
    for place, quotable in enumerate(reading.quotables):
        if place in used or not _is_statement(reading, quotable):
            continue
        span = quotable.region.span
        if _is_covered(span, contents):
            continue
        while place_among < len(attributed) and attributed[place_among].content[0].start < span.start:
            if running is None or attributed[place_among].content[0] > running.content[0]:
                running = attributed[place_among]
            place_among += 1
        following = attributed[place_among] if place_among < len(attributed) else None
        item = _named_behind_dash(reading, quotable) or _continuing(quotable, running, following)
        running = item
        found.append(item)
    return found


def _is_covered(span: Span, contents: Sequence[Span]) -> bool:
    """Whether a span shares characters with one of the contents, which are in order and do not overlap."""
    place = bisect_left(contents, Span(span.end, span.end))
    return place > 0 and contents[place - 1].end > span.start


def _is_statement(reading: Reading, quotable: Quotable) -> bool:
    if not quotable.is_utterance or quotable.word_count < _FEWEST_WORDS:
        return False
    inner = quotable.region.inner.of(reading.text)
    return any(word[0].islower() and len(word) > 3 for word in inner.split()) or quotable.word_count >= 9


def _named_behind_dash(reading: Reading, quotable: Quotable) -> Attribution | None:
    paragraph = reading.paragraphs[quotable.paragraph]
    match = _DASH_NAME.match(reading.text, quotable.region.span.end, paragraph.end)
    if match is None or not words(reading.text, Span(match.start(1), match.end(1))):
        return None
    name = Span(match.start(1), match.start(1) + len(match.group(1).rstrip()))
    token = reading.doc[max(0, reading.token_at(name.end) - 1)]
    return Attribution("dash-name", (quotable.region.span,), quotable.paragraph, None, None, name, subject=token)


def _continuing(quotable: Quotable, running: Attribution | None, following: Attribution | None) -> Attribution:
    """A quotation by the speaker of the one before it if that is near, else of the next one in its paragraph."""
    owner = None
    if running is not None and quotable.paragraph - running.paragraph <= _PARAGRAPHS_APART:
        # Straight to the quotation that names the speaker, so that no chain grows with the text.
        owner = running if running.continues is None or running.speaker is not None else running.continues
    elif following is not None and following.paragraph == quotable.paragraph:
        owner = following
    return Attribution("floating", (quotable.region.span,), quotable.paragraph, continues=owner)
