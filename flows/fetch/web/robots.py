"""What a site allows: its robots.txt (RFC 9309), and its reservations against data mining (TDMRep)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

import httpx
from protego import Protego

from flows.fetch.results import Failure, Response
from flows.fetch.web.opt_outs import TdmRules, tdmrep_rules
from warehouse.document_memory import DocumentMemory
from warehouse.records import DocumentState, Validators

READ_BYTES = 500 * 1024
"""What RFC 9309, 2.5 asks a crawler to read at least; rules behind it are not seen."""
KEPT_FOR = timedelta(hours=24)
"""How long a copy is used without asking again (RFC 9309, 2.4)."""
ROBOTS_PATH = "/robots.txt"
TDMREP_PATH = "/.well-known/tdmrep.json"
"""TDM Reservation Protocol, Final Community Group Report, section 6."""
_LIKE_NO_RULES = frozenset({"http-4xx", "redirect-loop", "wall"})
_TOO_MANY_REQUESTS = 429
_SERVER_ERRORS = 500

Ask = Callable[[str, Validators | None], Response | Failure]
"""Asks for one of a site's own documents, with the validators of the copy that is held."""


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
        if is_like_none(answer):
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

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """Sitemaps that the file names, in its order."""
        return () if self.parsed is None else tuple(dict.fromkeys(self.parsed.sitemaps))


def is_like_none(answer: Failure) -> bool:
    """Whether a document that was not got counts as one that does not exist: by 4xx, but not by a busy site's."""
    if answer.kind not in _LIKE_NO_RULES or answer.status == _TOO_MANY_REQUESTS:
        return False
    return answer.status is None or answer.status < _SERVER_ERRORS


@dataclass(slots=True)
class _Site:
    guard: Lock = field(default_factory=Lock)
    rules: Rules | None = None
    reservations: TdmRules | None = None


class Robots:
    """The rules of every site; read once a run, and kept for a day. Safe in many threads.

    Args:
        product: Name that the rules are read for.
        memory: Keeps copies between runs; without it every run asks anew.
        clock: Tells the time, in UTC.
    """

    def __init__(self, product: str, memory: DocumentMemory | None, *, clock: Callable[[], datetime]) -> None:
        self._product = product
        self._memory = memory
        self._clock = clock
        self._sites: dict[str, _Site] = {}
        self._guard = Lock()

    def admit(self, url: str, ask: Ask) -> Failure | float:
        """Seconds that the site wants between requests, or why the URL must not be fetched."""
        robots_url = of_site(url, ROBOTS_PATH)
        if url == robots_url:
            return 0.0
        rules = self.rules(url, ask)
        return rules.objection(url, self._product) or rules.crawl_delay(self._product)

    def rules(self, url: str, ask: Ask) -> Rules:
        """Rules of the URL's site."""
        robots_url = of_site(url, ROBOTS_PATH)
        site = self._site(robots_url)
        with site.guard:
            if site.rules is None:
                site.rules = Rules.read(self._document(robots_url, ask))
            return site.rules

    def is_reserved(self, url: str, ask: Ask) -> bool:
        """Whether the site reserves the URL against data mining by its ``tdmrep.json``; asks for that file.

        A file that cannot be read reserves nothing: unlike robots.txt, its absence is the rule.
        """
        site = self._site(of_site(url, ROBOTS_PATH))
        with site.guard:
            if site.reservations is None:
                answer = self._document(of_site(url, TDMREP_PATH), ask)
                site.reservations = tdmrep_rules(answer.body[:READ_BYTES] if isinstance(answer, Response) else b"")
        return site.reservations.reserved(httpx.URL(url).raw_path.decode("ascii", "replace"))

    def _site(self, robots_url: str) -> _Site:
        with self._guard:
            return self._sites.setdefault(robots_url, _Site())

    def _document(self, url: str, ask: Ask) -> Response | Failure:
        """The copy that is held, if it is young enough; else the site's answer."""
        if self._memory is None:
            return ask(url, None)
        key = f"site {url}"
        held = self._memory.recall(key)
        now = self._clock()
        if held is not None and now - held.checked_at < KEPT_FOR:
            return _answer_of(held, url)
        conditional = held is not None and held.validators != Validators() and held.body is not None
        answer = ask(url, held.validators if held is not None and conditional else None)
        if isinstance(answer, Response) and answer.not_modified and held is not None:
            self._memory.still_the_same(key, checked_at=now, fresh_until=None)
            return _answer_of(held, url)
        if isinstance(answer, Response):
            validators = Validators(answer.headers.get("etag"), answer.headers.get("last-modified"))
            state = DocumentState(key, now, now, validators, status=200, body=answer.body[:READ_BYTES])
            self._memory.remember(state)
        elif is_like_none(answer):
            self._memory.remember(DocumentState(key, now, now, status=answer.status or 404))
        elif held is not None and held.status == 200:
            return _answer_of(held, url)  # RFC 9309, 2.4: an old copy is better than none while the site is away
        return answer


def of_site(url: str, path: str) -> str:
    """That path on the URL's site."""
    return str(httpx.URL(url).copy_with(path=path, query=None, fragment=None))


def _answer_of(held: DocumentState, url: str) -> Response | Failure:
    if held.body is None:
        return Failure("http-4xx", f"status {held.status}", status=held.status, asked=False)
    return Response(url, url, 200, held.body)
