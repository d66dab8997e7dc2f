"""Who said what: quotations with their speakers."""

from transforms.annotate.quotes.find import find_quotes

__all__ = ["find_quotes"]
