"""What an answer says, and what an exception of the HTTP library means, as values."""

import re
import ssl
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpcore
from h2.exceptions import DenialOfServiceError, H2Error

from flows.fetch.results import Failure, FailureKind
from flows.fetch.web.walls import wall

SOFT: Mapping[FailureKind, bool] = {
    "dns": True,  # the name server did not answer; hard where it says that there is no such name
    "refused": True,
    "timeout": True,
    "tls": True,  # the handshake broke off; hard where the certificate is not accepted
    "http-4xx": False,  # but see SOFT_STATUSES
    "http-5xx": True,  # but see HARD_STATUSES
    "protocol": True,  # the answer broke off or came damaged; hard where it is whole and of no use
    "robots": False,  # but a robots.txt that cannot be read now may be read later
    "too-large": False,
    "wrong-type": False,
    "redirect-loop": False,
    "forbidden-address": False,
    "bad-url": False,
    "wall": False,
    "opted-out": False,
    "damaged": False,
    "file": False,
}
"""Whether a failure of the kind is soft: the same request may succeed within minutes without anybody's doing, and is
repeated with growing waits. A hard one is final for the run; the next run may ask again. The comments name the cases in
which more than the kind is known: those pass ``retryable`` themselves.
"""
SOFT_STATUSES = frozenset({408, 425, 429})
"""Request timeout, too early, too many requests (RFC 9110, 15.5.9; RFC 8470, 5.2; RFC 6585, 4). 404 is not among them:
a page that is linked before it is there is found by the next run.
"""
HARD_STATUSES = frozenset({501, 505})
"""Not implemented, version not supported (RFC 9110, 15.6.2 and 15.6.6)."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
LONGEST_RETRY_AFTER = 7 * 24 * 3600.0
"""A week: what is longer is taken for a mistake and read as this."""
LONGEST_FRESHNESS = 2**31
"""Seconds; larger numbers are read as this (RFC 9111, 1.2.2)."""
LONGEST_DETAIL = 300
"""Characters of an error's text, which may quote what a server sent."""
_HEADERS_TOO_LARGE = 431
_DIRECTIVE = re.compile(r'([a-z0-9-]+)(?:=(?:"([^"]*)"|([^\s,"]*)))?')


def received_headers(raw: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by lower-case name; repeated ones joined by a comma (RFC 9110, 5.3)."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def status_problem(status: int, headers: Mapping[str, str], now: datetime) -> Failure | None:
    """Why an answer brings no page; None for an ordinary 200. Redirects and 304 are not asked about."""
    barrier = wall(status, headers)
    if barrier is not None:
        return Failure("wall", barrier, SOFT["wall"], status=status)
    if status == 200:
        return None
    if 400 <= status < 600:
        kind: FailureKind = "http-4xx" if status < 500 else "http-5xx"
        soft = status in SOFT_STATUSES or (SOFT[kind] and status not in HARD_STATUSES)
        wait = retry_after(headers, now) if soft else None
        return Failure(kind, f"status {status}", soft, status=status, retry_after=wait)
    return Failure("protocol", f"status {status} brings no page", status=status)


def type_problem(headers: Mapping[str, str], accepted: frozenset[str] | None) -> Failure | None:
    """Why the media type is not taken; an answer that states none is."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if accepted is None or not media_type or media_type in accepted:
        return None
    return Failure("wrong-type", f"{media_type[:80]} is not read", status=200)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait by Retry-After (RFC 9110, 10.2.3), a number or a date; None where it says nothing."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), LONGEST_RETRY_AFTER)
    until = _date(text)
    return None if until is None else min(max(0.0, (until - now).total_seconds()), LONGEST_RETRY_AFTER)


def fresh_seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    """How much longer the answer stays fresh for a private cache (RFC 9111, 4.2); None where it does not say.

    s-maxage is for shared caches and passed over. no-store, and no-cache even for some headers only, are 0; so is a
    max-age or Expires that cannot be read (4.2.1, 5.3).

    Args:
        headers: By lower-case name.
        now: When it came, for an answer without a Date.
    """
    directives: dict[str, str] = {}
    for name, quoted, bare in _DIRECTIVE.findall(headers.get("cache-control", "").lower()):
        directives.setdefault(name, quoted or bare)
    if "no-store" in directives or "no-cache" in directives:
        return 0.0
    age = _delta_seconds(headers.get("age", "")) or 0
    if "max-age" in directives:
        return float(max(0, (_delta_seconds(directives["max-age"]) or 0) - age))
    if "expires" not in headers:
        return None
    expires, made = _date(headers["expires"]), _date(headers.get("date", "")) or now
    lifetime = 0.0 if expires is None else (expires - made).total_seconds()
    return min(max(0.0, lifetime - age), float(LONGEST_FRESHNESS))


def _delta_seconds(text: str) -> int | None:
    text = text.strip()
    return min(int(text[:12]), LONGEST_FRESHNESS) if text.isascii() and text.isdigit() else None


def _date(text: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return None if parsed.tzinfo is None else parsed


def failure_of(error: Exception) -> Failure:
    """The failure that an exception of httpcore means, by what caused it."""
    cause = error.__cause__ or error.__context__ or error
    if isinstance(error, httpcore.TimeoutException):
        return _soft("timeout", str(error) or "no answer in time")
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Failure("tls", cause.verify_message or str(cause))
    if isinstance(cause, ssl.SSLError):
        return _soft("tls", cause.reason or str(cause))
    if isinstance(error, httpcore.ConnectError):
        return _soft("refused", str(cause))
    reason = error.args[0] if error.args else None
    if getattr(cause, "error_status_hint", None) == _HEADERS_TOO_LARGE or any(
        isinstance(part, DenialOfServiceError) for part in (error, cause, reason)
    ):
        return Failure("too-large", f"headers: {str(cause)[:LONGEST_DETAIL]}")
    ours = isinstance(error, httpcore.LocalProtocolError) and not isinstance(reason, H2Error)
    detail = (str(error) or type(error).__name__)[:LONGEST_DETAIL]
    return Failure("protocol", detail, SOFT["protocol"] and not ours)


def _soft(kind: FailureKind, detail: str) -> Failure:
    return Failure(kind, detail[:LONGEST_DETAIL], SOFT[kind])
