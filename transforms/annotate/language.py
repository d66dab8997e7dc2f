"""In which language a text is written."""

from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

SAMPLE_CHARACTERS = 5_000
"""The beginning decides: detection costs time in proportion, and more text does not change the answer."""

MIN_LETTERS = 60
"""Below this the detector errs too often to send a text away from the language that is expected."""

MIN_CONFIDENCE = 0.7
"""Of py3langid's normalised scores; below it the expected language stands."""


def detect_language(text: str, expected: str) -> str:
    """ISO 639-1 code of the text's language; ``expected`` where the text is too short or too mixed to tell."""
    sample = text[:SAMPLE_CHARACTERS]
    if sum(character.isalpha() for character in sample) < MIN_LETTERS:
        return expected
    language, confidence = _identifier().classify(sample)
    return language if confidence >= MIN_CONFIDENCE else expected


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
