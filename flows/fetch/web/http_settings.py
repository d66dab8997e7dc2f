"""How the fetcher presents itself, how long it waits, and how much it takes."""

from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

MEBIBYTE = 1024 * 1024


def product_and_version() -> str:
    """What every request calls its sender, before any contact."""
    return f"Newslake/{version('newslake')}"


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Bounds and manners of every request; times in seconds, sizes in bytes."""

    user_agent: str = field(default_factory=product_and_version)
    """Product and version first; robots.txt is read for the product's name."""
    connect_timeout: float = 10.0
    read_timeout: float = 20.0
    """Longest silence of a server."""
    total_timeout: float = 60.0
    """Longest time for one answer with its redirects, however steadily it drips."""
    lowest_bytes_per_second: int = 4096
    """Of an archive that is read as a stream, which no total time bounds; a slower server is cut off."""
    throughput_seconds: float = 30.0
    """Time of waiting for a stream over which its speed is averaged."""
    max_redirects: int = 8
    max_url_length: int = 4096
    max_header_bytes: int = 64 * 1024
    max_transfer_bytes: int = 10 * MEBIBYTE
    """Largest body as sent."""
    max_body_bytes: int = 10 * MEBIBYTE
    """Largest body after decompression; also the largest local file."""
    max_document_bytes: int = 50 * MEBIBYTE
    """Largest feed or sitemap, as sent and as unpacked: what sitemaps.org allows."""
    max_feed_items: int = 5000
    """Items read from one feed; the rest of a longer one is not seen."""
    max_index_pages: int = 200
    """Pages of an archive's index read for one window, each of up to 5,000 captures."""
    feed_seconds: float = 20.0
    """Longest time for reading one feed."""
    max_sitemaps: int = 500
    """Sitemaps read in one walk from a site's first one; a walk that would need more fails."""
    attempts: int = 3
    """Tries for one URL, where the failure may pass."""
    first_retry_wait: float = 1.0
    """Wait before the second try; doubled before each further one."""
    longest_wait: float = 60.0
    """Longest wait for Retry-After within a run; a host that asks for more is left alone until the next one."""
    delay: float = 1.0
    """Between the end of one request to a host and the start of the next, unless source or robots.txt say more."""
    longest_crawl_delay: float = 60.0
    """Crawl-delay of robots.txt is obeyed up to here."""
    silent_after: int = 3
    """URLs of one host that may get no answer in a row before the rest of them is left to the next run."""
    certificate_authorities: Path | None = None
    """PEM file to trust in place of the usual authorities."""

    @property
    def product(self) -> str:
        """Name that robots.txt is read for."""
        return self.user_agent.partition("/")[0].strip()
