"""What an answer says, and what an exception of the HTTP library means, as values."""

import ssl
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpcore

from flows.fetch.results import Failure, FailureKind

REDIRECTS = frozenset({301, 302, 303, 307, 308})
LONGEST_RETRY_AFTER = 7 * 24 * 3600.0
"""A week: what is longer is taken for a mistake and read as this."""
_RETRYABLE = frozenset({408, 425, 429})
_HEADERS_TOO_LARGE = 431


def received_headers(raw: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by lower-case name; repeated ones joined by a comma (RFC 9110, 5.3)."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def status_problem(status: int, headers: Mapping[str, str], now: datetime) -> Failure | None:
    """Why a status brings no page; None for 200. Redirects and 304 are not asked about."""
    if status == 200:
        return None
    if 400 <= status < 600:
        kind: FailureKind = "http-4xx" if status < 500 else "http-5xx"
        retryable = status in _RETRYABLE or status >= 500
        wait = retry_after(headers, now) if retryable else None
        return Failure(kind, f"status {status}", retryable, status=status, retry_after=wait)
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
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    if until.tzinfo is None:
        return None
    return min(max(0.0, (until - now).total_seconds()), LONGEST_RETRY_AFTER)


def failure_of(error: Exception) -> Failure:
    """The failure that an exception of httpcore means, by what caused it."""
    cause = error.__cause__ or error.__context__ or error
    if isinstance(error, httpcore.TimeoutException):
        return Failure("timeout", str(error) or "no answer in time", retryable=True)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Failure("tls", cause.verify_message or str(cause))
    if isinstance(cause, ssl.SSLError):
        return Failure("tls", cause.reason or str(cause), retryable=True)
    if isinstance(error, httpcore.ConnectError):
        return Failure("refused", str(cause), retryable=True)
    if getattr(cause, "error_status_hint", None) == _HEADERS_TOO_LARGE:
        return Failure("too-large", f"headers: {cause}")
    ours = isinstance(error, httpcore.LocalProtocolError)
    return Failure("protocol", str(error) or type(error).__name__, retryable=not ours)
