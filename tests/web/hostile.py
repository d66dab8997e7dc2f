"""What a hostile or merely broken site may do, each at a path of its own."""

import gzip
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]
import zstandard

from tests.web.server import Raw, Reply, Request, Web

PAGE = "<html><head><title>Ferry back</title></head><body><p>The harbour ferry runs again – at last.</p></body></html>"
FORBIDDEN = {
    "/to-metadata": "http://169.254.169.254/latest/meta-data/",
    "/to-private": "http://10.0.0.1/",
    "/to-loopback": "http://[::1]/",
    "/to-mapped": "http://[::ffff:127.0.0.1]/",
    "/to-decimal": "http://2130706433/",
    "/to-file": "file:///etc/passwd",
    "/to-gopher": "gopher://news.example/",
    "/to-mail-server": "http://news.example:25/",
}
"""Paths that redirect to where nobody should follow."""


def bomb(size: int) -> bytes:
    """That many equal bytes."""
    return b"a" * size


def put_hostile_pages(web: Web) -> None:
    """Fill the site."""
    html = PAGE.encode()
    web.put("/ok", Reply(html))
    web.put("/gzip", Reply(gzip.compress(html), headers={"Content-Encoding": "gzip"}))
    web.put("/deflate", Reply(zlib.compress(html), headers={"Content-Encoding": "deflate"}))
    web.put("/raw-deflate", Reply(zlib.compress(html)[2:-4], headers={"Content-Encoding": "deflate"}))
    web.put("/brotli", Reply(brotli.compress(html), headers={"Content-Encoding": "br"}))
    web.put("/zstd", Reply(zstandard.compress(html), headers={"Content-Encoding": "zstd"}))
    web.put("/twice", Reply(gzip.compress(gzip.compress(html)), headers={"Content-Encoding": "gzip, gzip"}))
    web.put("/gzip-bomb", Reply(gzip.compress(bomb(20_000_000)), headers={"Content-Encoding": "gzip"}))
    web.put("/brotli-bomb", Reply(brotli.compress(bomb(20_000_000)), headers={"Content-Encoding": "br"}))
    web.put("/zstd-bomb", Reply(zstandard.compress(bomb(50_000_000)), headers={"Content-Encoding": "zstd"}))
    nested = gzip.compress(gzip.compress(bomb(20_000_000)))
    web.put("/nested-bomb", Reply(nested, headers={"Content-Encoding": "gzip, gzip"}))
    web.put("/many-members", Reply(gzip.compress(b"") * 5000, headers={"Content-Encoding": "gzip"}))
    web.put("/cut-gzip", Reply(gzip.compress(html)[:-9], headers={"Content-Encoding": "gzip"}))
    web.put("/cut-zstd", Reply(zstandard.compress(html)[:-9], headers={"Content-Encoding": "zstd"}))
    web.put("/no-gzip", Reply(html, headers={"Content-Encoding": "gzip"}))
    web.put("/strange-encoding", Reply(html, headers={"Content-Encoding": "rot13"}))
    web.put("/many-encodings", Reply(html, headers={"Content-Encoding": ", ".join(["gzip"] * 40)}))
    web.put("/large", Reply(bomb(300_000)))
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    web.put("/announced", Raw((head + b"Content-Length: 99999999999\r\n\r\n<html>",)))
    web.put("/endless", Raw((head + b"\r\n", b"a" * 65536), endless=True))
    web.put("/dripping", Raw((head + b"\r\n", b"a"), pause=0.02, endless=True))
    web.put("/dripping-headers", Raw((head, b"X-Drip: a\r\n"), pause=0.02, endless=True))
    web.put("/silent", Raw((b"", b""), pause=0.02, endless=True))
    web.put("/large-headers", Raw((head + b"X-Large: " + b"a" * 200_000 + b"\r\n\r\n",)))
    web.put("/many-headers", Raw((head + b"X-Many: a\r\n" * 8000 + b"\r\nbody",)))
    web.put("/no-http", Raw((b"SSH-2.0-OpenSSH_9.2\r\n",)))
    web.put("/hangs-up", Raw((b"",)))
    web.put("/cut-off", Raw((head + b"Content-Length: 5000\r\n\r\n<html>",)))
    web.put("/picture", Reply(b"\x89PNG", content_type="image/png"))
    web.put("/untyped", Reply(html, content_type=None))
    web.put("/latin-1", Reply(PAGE.replace("–", "-").encode("latin-1"), content_type="text/html; charset=iso-8859-1"))
    web.put("/empty", Reply(b""))
    for status in (204, 206, 400, 401, 403, 404, 410, 429, 451, 500, 503):
        web.put(f"/{status}", Reply(b"", status))
    web.put("/304", Reply(b"", 304))
    web.put("/later", Reply(b"", 429, {"Retry-After": "7"}))
    web.put("/much-later", Reply(b"", 503, {"Retry-After": "86400"}))
    web.put("/moved", Reply(b"", 301, {"Location": "/ok"}))
    web.put("/moved-nowhere", Reply(b"", 302))
    web.put("/moved-badly", Reply(b"", 302, {"Location": "http://[nowhere/"}))
    web.put("/loop", Reply(b"", 302, {"Location": "/loop"}))
    web.put("/ping", Reply(b"", 302, {"Location": "/pong"}))
    web.put("/pong", Reply(b"", 302, {"Location": "/ping"}))
    for number in range(30):
        web.put(f"/chain/{number}", Reply(b"", 302, {"Location": f"/chain/{number + 1}"}))
    for path, target in FORBIDDEN.items():
        web.put(path, Reply(b"", 302, {"Location": target}))
    web.put("/changing", conditional(html, etag='"1"'))


def conditional(body: bytes, *, etag: str, content_type: str = "text/html") -> Callable[[Request], Reply]:
    """An answer that is 304 for who has the version already."""

    def answer(request: Request) -> Reply:
        if request.headers.get("if-none-match") == etag:
            return Reply(b"", 304, {"ETag": etag}, None)
        return Reply(body, headers={"ETag": etag}, content_type=content_type)

    return answer
