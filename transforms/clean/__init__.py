"""A page in, an article or the reason why there is none out."""

from transforms.clean.article import clean_page, inspect_page
from transforms.clean.part import clean_part, tool
from transforms.clean.records import Article, Candidate, Inspection, Page, Reject

__all__ = ["Article", "Candidate", "Inspection", "Page", "Reject", "clean_page", "clean_part", "inspect_page", "tool"]
