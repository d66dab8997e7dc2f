"""All quotations of a text, from marks to resolved speakers."""

from bisect import bisect_left
from collections.abc import Sequence

from spacy.tokens import Doc

from transforms.annotate.quotes.attribution import Attribution
from transforms.annotate.quotes.direct import DirectRules
from transforms.annotate.quotes.floating import floating_quotes, transcript_turns
from transforms.annotate.quotes.indirect import IndirectRules
from transforms.annotate.quotes.marks import Region, quoted_share
from transforms.annotate.quotes.reading import Reading
from transforms.annotate.quotes.speakers import Speaker, SpeakerIndex, continued
from transforms.annotate.records import Entity, Mention, Quote
from transforms.spans import Span

CONFIDENCE = {
    "direct-after": 0.98,
    "direct-before": 0.98,
    "direct-generic": 0.8,
    "direct-split": 0.97,
    "direct-colon": 0.88,
    "label": 0.91,
    "transcript": 0.95,
    "dash-name": 0.95,
    "floating": 0.94,
    "parenthesis": 0.88,
    "according-to": 0.84,
    "clause": 0.77,
    "infinitive": 0.55,
    "naming": 0.54,
    "as-noted": 0.5,
}
"""Share of each rule's quotations that overlap a true one by 0.8 or more, on annotated news; rare rules estimated."""

_DIRECT_SHARE = 0.95
"""Share of quoted words from which a quotation counts as direct."""


def find_quotes(
    doc: Doc, mentions: Sequence[Mention], entities: Sequence[Entity], headings: Sequence[Span]
) -> list[Quote]:
    """Quotations of a parsed text, in text order; none in its headings.

    ``mentions`` and ``entities`` are those of the same text; a speaker is resolved to one of them or to nobody.
    Offsets count code points of ``doc.text``. No two quotations share content.
    """
    reading = Reading(doc, headings)
    attributions = _attributions(reading)
    index = SpeakerIndex(doc, mentions, entities)
    speakers: dict[int, Speaker] = {}
    for attribution in attributions:
        if attribution.speaker is not None:
            speakers[id(attribution)] = index.resolve(attribution)
    for attribution in attributions:
        if attribution.speaker is None:
            owner = _named(attribution)
            speakers[id(attribution)] = Speaker() if owner is None else continued(speakers[id(owner)])
    return [
        _quote(number, attribution, speakers[id(attribution)], reading)
        for number, attribution in enumerate(attributions)
    ]


def _attributions(reading: Reading) -> list[Attribution]:
    direct = DirectRules(reading)
    found = [*transcript_turns(reading), *direct.find()]
    taken = frozenset(item.cue.start for item in found if item.cue is not None)
    found += IndirectRules(reading).find(taken)
    kept = sorted(_without_overlaps(found), key=lambda item: item.content)
    return sorted([*kept, *floating_quotes(reading, kept, frozenset(direct.used))], key=lambda item: item.content)


def _speaks_inside_itself(item: Attribution) -> bool:
    """Whether a misread sentence put the cue or the speaker into the content."""
    outside = [span for span in (item.cue, item.speaker) if span is not None]
    return any(span.overlaps(other) for span in item.content for other in outside)


def _length(item: Attribution) -> int:
    return sum(span.end - span.start for span in item.content)


def _without_overlaps(found: Sequence[Attribution]) -> list[Attribution]:
    """The attributions without those whose content overlaps that of a better one.

    Better is: with a speaker, then the longer content, then the earlier one.
    """
    coherent = [item for item in found if not _speaks_inside_itself(item)]
    ranked = sorted(coherent, key=lambda item: (item.speaker is None, -_length(item), item.content))
    kept: list[Attribution] = []
    owners = bytearray(max((span.end for item in found for span in item.content), default=0) + 1)
    for item in ranked:
        if any(owners.find(1, span.start, span.end) >= 0 for span in item.content):
            continue
        kept.append(item)
        for span in item.content:
            owners[span.start : span.end] = b"\x01" * (span.end - span.start)
    return kept


def _named(attribution: Attribution) -> Attribution | None:
    """The quotation that names the speaker: itself or the one it continues."""
    current: Attribution | None = attribution
    while current is not None and current.speaker is None:
        current = current.continues
    return current


def _quote(number: int, attribution: Attribution, speaker: Speaker, reading: Reading) -> Quote:
    text, content = reading.text, attribution.content
    verbatim = _verbatim(content, reading.regions)
    share = quoted_share(text, content, reading.regions)
    owner = _named(attribution)
    mention = None if owner is None else owner.speaker
    return Quote(
        sequence=number,
        quote_type="direct" if share >= _DIRECT_SHARE else "mixed" if share > 0 else "indirect",
        content=" ".join(span.of(text) for span in content),
        content_spans=content,
        verbatim=" ".join(span.of(text) for span in verbatim) if verbatim else None,
        verbatim_spans=verbatim,
        cue=None if attribution.cue is None else attribution.cue.of(text),
        cue_lemma=attribution.cue_lemma,
        cue_span=attribution.cue,
        speaker_mention=None if mention is None else mention.of(text),
        speaker_span=mention,
        speaker_name=speaker.name,
        speaker_entity_id=speaker.entity_id,
        speaker_kind=speaker.kind,
        resolved_by=speaker.resolved_by,
        rule_id=attribution.rule,
        confidence=CONFIDENCE[attribution.rule],
    )


def _verbatim(content: Sequence[Span], regions: Sequence[Region]) -> tuple[Span, ...]:
    """Parts of the content that stand between marks; the regions are in order and do not overlap."""
    found = []
    for span in content:
        place = bisect_left(regions, span.start, key=lambda region: region.span.end)
        while place < len(regions) and regions[place].span.start < span.end:
            inner = regions[place].inner
            start, end = max(span.start, inner.start), min(span.end, inner.end)
            if start < end:
                found.append(Span(start, end))
            place += 1
    return tuple(found)
