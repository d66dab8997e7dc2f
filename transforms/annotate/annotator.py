"""One parse of a text, and everything that is read from it."""

import re
from collections.abc import Sequence
from itertools import islice

from spacy.tokens import Doc

from transforms.annotate.entities import find_entities, listed_countries, recognised
from transforms.annotate.events import find_event_mentions
from transforms.annotate.language import detect_language
from transforms.annotate.models import DEFAULT_MODEL
from transforms.annotate.parse import BATCH, Text, encodable, load_pipeline, sentence_spans, too_long
from transforms.annotate.quotes import find_quotes
from transforms.annotate.records import Annotations, Document
from transforms.annotate.times import find_times
from transforms.spans import Span

_SENTENCE = re.compile(r"[^\s.!?。！？][^\n.!?。！？]*[.!?。！？]*")


class Annotator:
    """Annotates texts with one spaCy pipeline; texts in other languages get the countries of the table.

    Args:
        model: Package name of a spaCy pipeline, or the path of a folder that holds one.

    Raises:
        ModelMissing: the pipeline is not installed; no other one is taken in its place.
    """

    def __init__(self, model: str = DEFAULT_MODEL) -> None:
        self._pipeline = load_pipeline(model)

    @property
    def model(self) -> str:
        """Name and version of the pipeline, as rows carry it."""
        return self._pipeline.name

    def annotate(self, documents: Sequence[Document]) -> list[Annotations]:
        """Annotations of each document, in order; what one gets does not depend on the others.

        Offsets count code points of the document's text. Where the text holds lone surrogates, surfaces show U+FFFD.
        """
        unparsed = [self._refusal(document) for document in documents]
        parsed = iter([document for document, refusal in zip(documents, unparsed, strict=True) if refusal is None])
        annotated: list[Annotations] = []
        while batch := list(islice(parsed, BATCH)):
            with self._pipeline.nlp.memory_zone():
                docs = self._pipeline.parse([Text(document.text, document.headings) for document in batch])
                annotated += [_annotations(document, doc) for document, doc in zip(batch, docs, strict=True)]
        remaining = iter(annotated)
        return [refusal if refusal is not None else next(remaining) for refusal in unparsed]

    def _refusal(self, document: Document) -> Annotations | None:
        """What a document gets that is not parsed: too long, or in another language; None where it is parsed."""
        if detail := too_long(document.text):
            return Annotations("too_long", detail, (), (), (), (), (), ())
        expected = self._pipeline.language
        language = document.language or detect_language(document.text, expected)
        language = language.split("-", 1)[0].lower()
        if language == expected:
            return None
        text = encodable(document.text)
        sentences = _plain_sentences(text)
        mentions, entities = listed_countries(text, language, sentences, document.title)
        detail = f"language {language}, the model reads {expected}: only countries were looked for"
        return Annotations("unsupported_language", detail, sentences, mentions, entities, (), (), ())


def _annotations(document: Document, doc: Doc) -> Annotations:
    """Everything read from the parse, copied out of it."""
    sentences = sentence_spans(doc)
    title = encodable(document.title) if document.title else None
    mentions, entities = find_entities(doc.text, recognised(doc), sentences, title)
    times = find_times(doc, document.published)
    quotes = find_quotes(doc, mentions, entities, document.headings)
    events = find_event_mentions(doc, mentions, entities, quotes, times, document.published)
    return Annotations("ok", None, sentences, mentions, entities, tuple(quotes), tuple(events), times)


def _plain_sentences(text: str) -> tuple[Span, ...]:
    """Sentences by punctuation and line breaks alone, for a language without a pipeline."""
    return tuple(Span(*sentence.span()) for sentence in _SENTENCE.finditer(text))
