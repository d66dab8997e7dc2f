"""One list over a small web of several hosts, good and bad: everything that can be had is had, all else is named."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from flows.sources import UrlsSource
from tests.flows.house import House, house_at
from tests.web.clients import QUICK
from tests.web.hostile import FORBIDDEN, put_hostile_pages
from tests.web.server import CERTIFICATES, Raw, Reply, Request, Web, closed_port, serve

SETTINGS = replace(
    QUICK, attempts=1, certificate_authorities=CERTIFICATES / "certificate.pem", total_timeout=1.5, silent_after=50
)
FIFTY_MEGABYTES = 50_000_000


@dataclass(frozen=True)
class SmallWeb:
    """Hosts by name, each a real server on a loopback address of its own."""

    servers: dict[str, Web]
    dead_port: int

    def url(self, host: str, path: str) -> str:
        scheme = "https" if host == "news.example" else "http"
        port = self.dead_port if host == "dead.example" else int(self.servers[host].endpoint.rpartition(":")[2])
        return f"{scheme}://{host}:{port}{path}"

    def resolve(self, host: str, port: int) -> Sequence[str]:
        if host == "dead.example":
            return ["127.0.0.1"]
        if host == "rebinding.example":
            return ["10.0.0.7"]
        if host not in self.servers:
            raise OSError(-2, "Name or service not known")
        return [self.servers[host].endpoint.partition(":")[0]]


@pytest.fixture
def small_web() -> Iterator[SmallWeb]:
    names = ["good.example", "slow.example", "hostile.example", "news.example", "dying.example", "closed.example"]
    names += ["busy.example", "broken.example"]
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(serve(address=f"127.0.0.{number}", tls=name == "news.example"))
            for number, name in enumerate(names, 2)
        }
        put_hostile_pages(servers["hostile.example"])
        huge = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % FIFTY_MEGABYTES
        servers["hostile.example"].put("/fifty-megabytes", Raw((huge, b"x" * 1_000_000), endless=True))
        for name in ("good.example", "slow.example", "news.example"):
            for page in range(4):
                servers[name].put(f"/{page}", Reply(f"<p>{name} {page}</p>".encode()))
        slow = servers["slow.example"]

        def late(request: Request) -> Reply:
            slow.closing.wait(0.1)
            return Reply(b"<p>late</p>")

        slow.put("/late", late)
        answers = iter([Reply(b"<p>still here</p>")] * 2)

        def die(request: Request) -> Reply | Raw:
            return next(answers, Raw((b"",)))

        for page in range(5):
            servers["dying.example"].put(f"/{page}", die)
        servers["closed.example"].put("/robots.txt", Reply(b"User-agent: *\nDisallow: /\n"))
        servers["busy.example"].put("/a", Reply(b"", 429, {"Retry-After": "7200"}))
        servers["broken.example"].put("/robots.txt", Reply(b"", 503))
        yield SmallWeb(servers, closed_port())


EXPECTED = {
    "/404": "http-4xx",
    "/410": "http-4xx",
    "/451": "http-4xx",
    "/500": "http-5xx",
    "/503": "http-5xx",
    "/loop": "redirect-loop",
    "/ping": "redirect-loop",
    "/chain/0": "redirect-loop",
    "/gzip-bomb": "too-large",
    "/brotli-bomb": "too-large",
    "/zstd-bomb": "too-large",
    "/nested-bomb": "too-large",
    "/large": "too-large",
    "/announced": "too-large",
    "/endless": "too-large",
    "/fifty-megabytes": "too-large",
    "/large-headers": "too-large",
    "/dripping": "timeout",
    "/dripping-headers": "timeout",
    "/picture": "wrong-type",
    "/cut-gzip": "protocol",
    "/no-http": "protocol",
    "/cut-off": "protocol",
    "/ok": "ok",
    "/gzip": "ok",
    "/zstd": "ok",
    "/latin-1": "ok",
    "/untyped": "ok",
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with house_at(tmp_path / "house") as house:
        yield house


def test_a_list_over_good_and_bad_hosts(house: House, small_web: SmallWeb, tmp_path: Path) -> None:
    wanted = {small_web.url("hostile.example", path): kind for path, kind in EXPECTED.items()}
    wanted |= {small_web.url("hostile.example", path): "forbidden-address" for path in list(FORBIDDEN)[:4]}
    for name in ("good.example", "slow.example", "news.example"):
        wanted |= {small_web.url(name, f"/{page}"): "ok" for page in range(4)}
    wanted[small_web.url("slow.example", "/late")] = "ok"
    wanted[small_web.url("closed.example", "/a")] = "robots"
    wanted[small_web.url("broken.example", "/a")] = "robots"
    wanted[small_web.url("busy.example", "/a")] = "http-4xx"
    wanted[small_web.url("dead.example", "/a")] = "refused"
    wanted["http://nowhere.example/a"] = "dns"
    wanted["http://rebinding.example/a"] = "forbidden-address"
    wanted["http://169.254.169.254/latest/meta-data/"] = "forbidden-address"
    path = tmp_path / "list.txt"
    path.write_text("\n".join(wanted))
    source = UrlsSource(
        name="list",
        type="urls",
        path=path,
        delay_seconds=0,
        allow_private=(*small_web.servers, "dead.example"),
        opt_outs="record",
    )
    report = house.fetch(source, http=SETTINGS, resolver=small_web.resolve)
    outcomes = {row["url"]: row["outcome"] for row in house.rows("fetches") if row["purpose"] == "page"}
    assert outcomes == wanted
    stored = {row["url"] for row in house.rows("raw_pages")}
    assert stored == {url for url, kind in wanted.items() if kind == "ok"}
    assert report.pages == len(stored)
    assert sum(report.failures.values()) == len(wanted) - len(stored)
    assert report.error is None


def test_a_host_that_dies_midway_gives_what_it_gave(house: House, small_web: SmallWeb, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    hosts = ("dying.example", "good.example")
    path.write_text("\n".join(small_web.url(host, f"/{page}") for page in range(4) for host in hosts))
    source = UrlsSource(name="list", type="urls", path=path, delay_seconds=0, allow_private=hosts, opt_outs="record")
    report = house.fetch(source, http=SETTINGS, resolver=small_web.resolve)
    assert (report.pages, report.failures) == (6, {"protocol": 2})
    for page in range(4):
        small_web.servers["dying.example"].put(f"/{page}", Reply(b"<p>back</p>"))
    again = house.fetch(source, http=SETTINGS, resolver=small_web.resolve)
    assert (again.pages, again.failures) == (2, {})
    urls = [row["url"] for row in house.rows("raw_pages")]
    assert len(urls) == len(set(urls)) == 8
