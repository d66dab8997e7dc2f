"""Who did what to whom, when, where, and whether it took place."""

from transforms.annotate.events.find import find_event_mentions

__all__ = ["find_event_mentions"]
