"""Who and what a text names: spans, types, and one identity for all names of the same thing."""

from transforms.annotate.entities.find import find_entities, listed_countries
from transforms.annotate.entities.recognise import Recognised, recognised

__all__ = ["Recognised", "find_entities", "listed_countries", "recognised"]
