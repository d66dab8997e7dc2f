"""What a recogniser says of a text: where names stand and of what kind they are, nothing else.

Any backend that yields these three values can take the place of the pipeline's own recogniser.
"""

from dataclasses import dataclass

from spacy.tokens import Doc


@dataclass(frozen=True, slots=True)
class Recognised:
    """One span in code points of the text, end exclusive, with its OntoNotes label."""

    start: int
    end: int
    label: str


def recognised(doc: Doc) -> list[Recognised]:
    """The names that the pipeline's own recogniser marked, in text order."""
    return [Recognised(name.start_char, name.end_char, name.label_) for name in doc.ents]
