"""Pages of the web as a source has named them: how each is asked for, and what it is known by."""

from flows.fetch.items import Item
from flows.fetch.results import Response, Visit
from flows.fetch.web.fetcher import PAGE_TYPES, Fetcher
from transforms.addresses import known_key


class WebPages:
    """Brings the pages that a reader names. For many threads at once."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    def load(self, item: Item) -> Visit:
        """The page, if it may be fetched and is one."""
        return self._fetcher.visit(item.asked_at, "page", accepted=PAGE_TYPES, validators=item.validators)

    def keys(self, item: Item, page: Response) -> tuple[str, ...]:
        """The URL asked for and the one it led to."""
        return tuple(dict.fromkeys((item.key, known_key(page.final_url))))

    def delay_of(self, host: str) -> float:
        """Seconds between two requests to the host."""
        return self._fetcher.delay_of(host)
