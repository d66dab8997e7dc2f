"""Content encodings are undone within bounds, whatever the bytes are."""

import gzip
import zlib

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from flows.fetch.results import Failure
from flows.fetch.web.decoding import MAX_MEMBERS, decode

ENCODERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}


@pytest.mark.parametrize("name", ENCODERS)
@given(plain=st.binary(max_size=2000))
def test_what_was_encoded_comes_back(name: str, plain: bytes) -> None:
    assert decode(ENCODERS[name](plain), [name], 2000) == plain


@pytest.mark.parametrize("name", ENCODERS)
def test_the_limit_is_exact(name: str) -> None:
    plain = b"news " * 100_000
    body = ENCODERS[name](plain)
    assert decode(body, [name], len(plain)) == plain
    beyond = decode(body, [name], len(plain) - 1)
    assert isinstance(beyond, Failure)
    assert beyond.kind == "too-large"


@pytest.mark.parametrize("name", ENCODERS)
def test_a_cut_body_is_not_taken_for_a_whole_one(name: str) -> None:
    body = ENCODERS[name](bytes(range(256)) * 40)
    for length in range(1, len(body)):
        result = decode(body[:length], [name], 100_000)
        assert isinstance(result, Failure), length
        assert result.kind == "protocol"


@pytest.mark.parametrize("name", ENCODERS)
@given(body=st.binary(max_size=300))
def test_no_bytes_break_the_decoder(name: str, body: bytes) -> None:
    result = decode(body, [name], 10_000)
    assert isinstance(result, Failure) or len(result) <= 10_000


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_a_stream_may_have_several_members_but_not_without_end(name: str) -> None:
    member = ENCODERS[name](b"a")
    assert decode(member * MAX_MEMBERS, [name], 10_000) == b"a" * MAX_MEMBERS
    assert isinstance(decode(member * (MAX_MEMBERS + 1), [name], 10_000), Failure)


def test_padding_behind_gzip_is_let_go() -> None:
    assert decode(gzip.compress(b"page") + b"\0" * 512, ["gzip"], 100) == b"page"


def test_encodings_are_undone_from_the_outside() -> None:
    assert decode(gzip.compress(brotli.compress(b"page")), ["br", " GZIP "], 100) == b"page"
    assert decode(b"page", ["identity", ""], 100) == b"page"
    assert decode(b"", ["gzip"], 100) == b""
