"""One quotation as a rule found it, before the speaker is resolved."""

from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Token

from transforms.spans import Span


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """Content with its cue and the words that name the speaker."""

    rule: str
    content: tuple[Span, ...]
    paragraph: int
    cue: Span | None = None
    cue_lemma: str | None = None
    speaker: Span | None = None
    subject: Token | None = None
    """Head word of the speaker mention."""
    continues: "Attribution | None" = None
    """The quotation whose speaker goes on speaking, where none is named beside this one."""


def merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans in text order, those that touch or overlap made one."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return tuple(joined)


def token_span(first: Token, last: Token | None = None) -> Span:
    """Characters from one token to the end of another."""
    last = first if last is None else last
    return Span(first.idx, last.idx + len(last))
