"""Ids that are the same on every machine for the same content."""

import hashlib

ID_LENGTH = 24
"""Hex digits of an id: 96 bits, so that a billion rows collide with a chance below 1 in 10^10."""


def stable_id(kind: str, *parts: str) -> str:
    """Id of the thing named by its parts; equal parts of another kind give another id.

    Parts are joined with their lengths, so ("ab", "c") and ("a", "bc") differ.
    """
    digest = hashlib.sha256()
    for part in (kind, *parts):
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()[:ID_LENGTH]


def content_hash(content: bytes) -> str:
    """SHA-256 of the bytes, in hex: the identity of a fetched body or of a stored text."""
    return hashlib.sha256(content).hexdigest()
