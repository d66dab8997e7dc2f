"""Answers that want something before the page: a login, a payment, consent, or a puzzle that only browsers solve."""

from collections.abc import Mapping

_STATUSES = {
    401: "a login is wanted",  # RFC 9110, 15.5.2
    402: "a payment is wanted",  # RFC 9110, 15.5.3
}
_CHALLENGES: Mapping[str, frozenset[str]] = {
    # https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response
    "cf-mitigated": frozenset({"challenge"}),
    # https://docs.aws.amazon.com/waf/latest/developerguide/waf-captcha-and-challenge-actions.html
    "x-amzn-waf-action": frozenset({"challenge", "captcha"}),
    # Seen, not documented: https://docs.rs/crate/rover-fetch/0.3.2/source/src/fetcher/challenge.rs
    "x-vercel-mitigated": frozenset({"challenge"}),
}
"""Headers that services against robots put on a puzzle, and on nothing else when they have these values."""
_DATADOME = "x-datadome"
"""On every answer of a site that it guards; a puzzle comes with 403 (https://docs.datadome.co/reference/validate-request)."""
_CONSENT_LABELS = frozenset({"consent", "guce"})
"""First labels of hosts that whole sites redirect to for consent: consent.google.com, consent.youtube.com and
consent.yahoo.com (https://github.com/dpguthrie/yahooquery/issues/247), guce.oath.com and its kin
(https://github.com/SociallyCompute/Global-Consent-Manager/issues/55).
"""


def wall(status: int, headers: Mapping[str, str]) -> str | None:
    """What is wanted before the page is shown; None where nothing is, as far as status and headers tell."""
    for name, values in _CHALLENGES.items():
        if headers.get(name, "").strip().lower() in values:
            return f"a robot check ({name})"
    if status == 403 and _DATADOME in headers:
        return f"a robot check ({_DATADOME})"
    return _STATUSES.get(status)


def is_consent_host(host: str) -> bool:
    """Whether a redirect to that host asks for consent in place of the page; meaningless without a redirect."""
    label, _, rest = host.partition(".")
    return label in _CONSENT_LABELS and "." in rest
