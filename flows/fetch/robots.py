"""What a site's robots.txt allows (RFC 9309)."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx
from protego import Protego

from flows.fetch.results import Failure, Response

READ_BYTES = 500 * 1024
"""What RFC 9309, 2.5 asks a crawler to read at least; rules behind it are not seen."""
_LIKE_NO_RULES = frozenset({"http-4xx", "redirect-loop"})
_TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, slots=True)
class Rules:
    """One site's rules for one crawler."""

    parsed: Protego | None = None
    refusal: Failure | None = None
    """Why nothing may be fetched for now."""

    @classmethod
    def read(cls, answer: Response | Failure) -> "Rules":
        """Rules by the answer to the request for robots.txt.

        Where there is none (4xx, or redirects without end) everything is allowed (RFC 9309, 2.3.1.3). Where it cannot
        be reached (2.3.1.4) nothing is: then the refusal is of the same kind if the host itself did not answer, and of
        the kind ``robots`` if it answered with an error. 429 counts as such an error, as it says nothing about rules.
        """
        if isinstance(answer, Response):
            text = answer.body[:READ_BYTES].decode("utf-8-sig", "replace").replace("\0", "")
            return cls(parsed=Protego.parse(text))
        if answer.kind in _LIKE_NO_RULES and answer.status != _TOO_MANY_REQUESTS:
            return cls()
        detail = f"robots.txt cannot be read: {answer.detail}"
        if answer.kind in {"dns", "refused", "timeout", "tls", "forbidden-address", "bad-url"}:
            return cls(refusal=Failure(answer.kind, detail, answer.retryable, asked=False))
        return cls(refusal=Failure("robots", detail, retryable=True, asked=False))

    def objection(self, url: str, product: str) -> Failure | None:
        """Why that crawler must not fetch the URL; None where it may."""
        if self.refusal is not None:
            return self.refusal
        if self.parsed is None or self.parsed.can_fetch(url, product):
            return None
        return Failure("robots", f"robots.txt does not allow {product} to fetch {url}", asked=False)

    def crawl_delay(self, product: str) -> float:
        """Seconds between two requests that the site asks for; 0 where it does not."""
        return 0.0 if self.parsed is None else (self.parsed.crawl_delay(product) or 0.0)


class Robots:
    """The rules of every site of a run, each read once.

    Args:
        fetch: Gets a robots.txt by its URL.
        product: Name that the rules are read for.
    """

    def __init__(self, fetch: Callable[[str], Response | Failure], product: str) -> None:
        self._fetch = fetch
        self._product = product
        self._rules: dict[str, Rules] = {}

    def admit(self, url: str) -> Failure | float:
        """Seconds that the site wants between requests, or why the URL must not be fetched."""
        site = str(httpx.URL(url).copy_with(path="/robots.txt", query=None, fragment=None))
        if url == site:
            return 0.0
        if site not in self._rules:
            self._rules[site] = Rules.read(self._fetch(site))
        rules = self._rules[site]
        return rules.objection(url, self._product) or rules.crawl_delay(self._product)
