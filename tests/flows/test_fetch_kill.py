"""A fetch that is killed again and again loses nothing and stores nothing twice."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.web.server import Reply, Web, serve
from warehouse.catalogue import Catalogue
from warehouse.home import Home
from warehouse.lake import Lake

PAGES = 60
PAGES_A_PART = 7
KILLS = 4


def put_site(web: Web, chance: random.Random) -> None:
    """A feed of pages of two days, of different sizes, one of them missing."""
    items = []
    for number in range(PAGES):
        day = 1 if number % 3 == 0 else 2
        items.append(
            f"<item><link>http://news.example/{number}</link><pubDate>0{day} Mar 2026 10:00:00 GMT</pubDate></item>"
        )
        web.put(f"/{number}", Reply(chance.randbytes(chance.randrange(20_000)).hex().encode()))
    items.insert(5, "<item><link>http://news.example/missing</link></item>")
    feed = f'<rss version="2.0"><channel>{"".join(items)}</channel></rss>'
    web.put("/feed.xml", Reply(feed.encode(), headers={"ETag": '"1"'}, content_type="application/rss+xml"))


class Assassin:
    """Kills a process a moment after the server got so many requests."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def run(self, home: Path, *, after: int, moment: float) -> bool:
        """Whether the fetch was killed before its end."""
        until = len(self._web.requests) + after
        process = start(home, self._web)
        while process.poll() is None:
            if len(self._web.requests) >= until:
                time.sleep(moment)
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.004)
        process.communicate()
        return process.returncode == -signal.SIGKILL


def start(home: Path, web: Web) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.web.fetch_once", str(home), web.endpoint, str(PAGES_A_PART)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])


def fetch(home: Path, web: Web) -> str:
    process = start(home, web)
    output, _ = process.communicate()
    assert process.returncode == 0
    return output


def stored(root: Path) -> dict[str, list[str]]:
    """URLs of the raw pages by part."""
    home = Home(root)
    lake = Lake(home.lake)
    with Catalogue.open(home.catalogue_url) as catalogue:
        return {
            file.part.name: [str(url) for url in lake.read(file, ["url"]).column("url").to_pylist()]
            for file in catalogue.files(table="raw_pages")
        }


def test_a_killed_fetch_is_continued_as_if_nothing_had_happened(tmp_path: Path) -> None:
    chance = random.Random(20260302)
    with serve() as web:
        put_site(web, chance)
        assert fetch(tmp_path / "calm", web) == "found 61, known 0, stored 60, failures {'http-4xx': 1}\n"
        assassin = Assassin(web)
        killed = 0
        for _ in range(KILLS):
            killed += assassin.run(
                tmp_path / "killed", after=chance.randrange(1, 25), moment=chance.choice([0.0, 0.002, 0.01, 0.03])
            )
        assert fetch(tmp_path / "killed", web).startswith("found 61, ")
    assert killed >= KILLS // 2
    calm, disturbed = stored(tmp_path / "calm"), stored(tmp_path / "killed")
    assert sorted(url for urls in disturbed.values() for url in urls) == sorted(
        f"http://news.example/{number}" for number in range(PAGES)
    )
    assert disturbed == calm
