"""Which time expression of a sentence dates which event."""

from bisect import bisect_left
from collections.abc import Sequence

from spacy.tokens import Doc, Token

from transforms.annotate.events.grammar import ancestors, lemma
from transforms.annotate.records import TimeExpression
from transforms.annotate.word_kinds import verb_kinds

_VERBAL = frozenset(("VERB", "AUX"))
_SHARED = frozenset(("conj", "xcomp", "pcomp"))
_DEEPEST = 4


class EventDates:
    """Time expressions of one text by the clause they stand in."""

    def __init__(self, doc: Doc, times: Sequence[TimeExpression]) -> None:
        self._doc = doc
        dated = [time for time in times if time.date_start is not None and time.type in ("DATE", "TIME")]
        self._times = sorted(dated, key=lambda time: time.span)
        self._places: list[int] = []
        self._holders: list[tuple[Token, ...]] = []
        starts = [token.idx for token in doc]
        for time in self._times:
            place = min(bisect_left(starts, time.span.start), max(0, len(doc) - 1))
            self._places.append(place)
            self._holders.append(self._heads_above(place, time))

    def _heads_above(self, place: int, time: TimeExpression) -> tuple[Token, ...]:
        """The expression's own top word, then the words above it up to and including the first verb."""
        doc = self._doc
        if not len(doc):
            return ()
        top = doc[place]
        while top.head.i != top.i and time.span.start <= top.head.idx < time.span.end:
            top = top.head
        found = []
        for above in ancestors(top):
            found.append(above)
            if above.pos_ in _VERBAL:
                break
        return tuple(found)

    def date_of(self, trigger: Token, sentence_first: int, sentence_last: int) -> TimeExpression | None:
        """The nearest expression that stands in the event's own clause or noun phrase; None if none does.

        The day of a report ("said on Friday") dates what is reported only if the report is the event.
        """
        first = bisect_left(self._places, sentence_first)
        best: tuple[int, int, TimeExpression] | None = None
        for number in range(first, len(self._places)):
            if self._places[number] > sentence_last:
                break
            rank = self._rank(trigger, self._holders[number])
            if rank is None:
                continue
            candidate = (rank, abs(self._places[number] - trigger.i), self._times[number])
            if best is None or candidate[:2] < best[:2]:
                best = candidate
        return None if best is None else best[2]

    @staticmethod
    def _rank(trigger: Token, holders: tuple[Token, ...]) -> int | None:
        """0 for the trigger itself, 1 for its verb, more for verbs it is joined to; None where it is another clause."""
        if any(holder.i == trigger.i for holder in holders):
            return 0
        current = trigger
        for step in range(1, _DEEPEST):
            head = current.head
            verbal = current.pos_ in _VERBAL
            reported = verbal and head.pos_ in _VERBAL and "speech" in verb_kinds(lemma(head))
            shares_clause = current.dep_ in _SHARED or not verbal
            if not holders or head.i == current.i or reported or not shares_clause:
                return None
            if head.i == holders[-1].i:
                return step
            current = head
        return None
