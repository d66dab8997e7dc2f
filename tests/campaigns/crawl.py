"""Fetch a long list of URLs on many hosts, undisturbed or killed, and measure at the servers how they were asked.

python -m tests.campaigns.crawl --hosts 100 --pages 100 --delay 0.25
python -m tests.campaigns.crawl --hosts 100 --pages 100 --delay 0.25 --kills 5
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.web.many_hosts import SLOW_SECONDS, address_of
from warehouse.catalogue import Catalogue
from warehouse.home import Home
from warehouse.lake import Lake

TOLERANCE = 0.01
"""Seconds for which a busy machine may keep the server's process from noting that an answer has gone."""
DYING_HOST = 1


@dataclass(frozen=True)
class Request:
    """One request as its server saw it; times in seconds of one clock for all."""

    host: int
    started: float
    ended: float
    path: str


@contextmanager
def many_hosts(hosts: int, pages: int, log: Path) -> Iterator[int]:
    """The servers in a process of their own; yields their port."""
    command = [sys.executable, "-m", "tests.web.many_hosts", str(hosts), str(pages), str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def start_fetch(home: Path, path: Path, delay: float, hosts: int) -> "subprocess.Popen[str]":
    """The fetch in a process of its own."""
    addresses = ",".join(map(address_of, range(hosts)))
    command = [sys.executable, "-m", "tests.campaigns.fetch_list_once", str(home), str(path), str(delay), addresses]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def resident(process: "subprocess.Popen[str]") -> int:
    """Memory of the process now, in MB; 0 where it has ended."""
    try:
        pages = int(Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0
    return pages * 4096 // 1_000_000


def watch(process: "subprocess.Popen[str]") -> list[int]:
    """Memory twice a second until the end."""
    sizes = []
    while process.poll() is None:
        sizes.append(resident(process))
        time.sleep(0.5)
    return sizes


def kill_at_work(process: "subprocess.Popen[str]", log: Path, seconds: float) -> bool:
    """Kill the fetch so long after its first request; whether it was killed before its end."""
    before = log.stat().st_size
    while process.poll() is None and log.stat().st_size == before:
        time.sleep(0.01)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()
    return process.returncode == -signal.SIGKILL


def requests_of(log: Path) -> list[Request]:
    """The servers' log."""
    requests = []
    for line in log.read_text(encoding="utf-8").splitlines():
        host, started, ended, path = line.split(" ", 3)
        requests.append(Request(int(host), float(started), float(ended), path))
    return requests


def too_soon(requests: list[Request], delay: float, *, killed: bool) -> list[str]:
    """Requests that a host got sooner than the pause allows.

    After a kill the pause counts from the start of the request that was under way.
    """
    found = []
    by_host: dict[int, list[Request]] = {}
    for request in sorted(requests, key=lambda request: request.started):
        by_host.setdefault(request.host, []).append(request)
    for host, own in by_host.items():
        for before, after in pairwise(own):
            pause = after.started - (before.started if killed else before.ended)
            if pause < delay - TOLERANCE:
                found.append(f"host {host}: {after.path} {pause:.3f} s after {before.path}")
    return found


def stored(home: Path) -> Counter[str]:
    """How often each URL is in the lake."""
    lake = Lake(Home(home).lake)
    with Catalogue.open(Home(home).catalogue_url) as catalogue:
        return Counter(
            str(url)
            for file in catalogue.files(table="raw_pages")
            for url in lake.read(file, ["url"]).column("url").to_pylist()
        )


def main() -> int:
    """Print what was measured; exit code 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.crawl", description=__doc__)
    parser.add_argument("--hosts", type=int, default=100)
    parser.add_argument("--pages", type=int, default=100, help="of each host")
    parser.add_argument("--delay", type=float, default=0.25)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return run(Path(folder), arguments)


def run(folder: Path, arguments: argparse.Namespace) -> int:
    """One campaign in that folder."""
    hosts, pages, delay = arguments.hosts, arguments.pages, arguments.delay
    moments = random.Random(arguments.seed)
    log, path, home = folder / "log", folder / "list.txt", folder / "home"
    with many_hosts(hosts, pages, log) as port:
        urls = [f"http://{address_of(host)}:{port}/page/{page}" for host in range(hosts) for page in range(pages)]
        moments.shuffle(urls)
        path.write_text("\n".join(urls), encoding="utf-8")
        started = time.monotonic()
        most = 2 * pages * delay / (arguments.kills + 1)
        killed = sum(
            kill_at_work(start_fetch(home, path, delay, hosts), log, moments.uniform(0.2, most))
            for _ in range(arguments.kills)
        )
        sizes = watch(start_fetch(home, path, delay, hosts))
        seconds = time.monotonic() - started
        asked = requests_of(log)
        again = start_fetch(home, path, delay, hosts)
        report, _ = again.communicate()
        second = len(requests_of(log)) - len(asked)
    counts = stored(home)
    dying = f"http://{address_of(DYING_HOST)}:"
    missing = [url for url in urls if url not in counts and not url.startswith(dying)]
    twice = [url for url, count in counts.items() if count > 1]
    soon = too_soon(asked, delay, killed=arguments.kills > 0)
    requests_a_host = pages + 2
    bound = requests_a_host * (delay + SLOW_SECONDS)
    print(f"{len(urls)} URLs on {hosts} hosts, {killed} kills at work: {len(counts)} pages in {seconds:.1f} s")
    print(f"slowest host alone: {bound:.1f} s without jitter; ratio {seconds / bound:.2f}")
    print(f"requests {len(asked)}; sooner than {delay} s after the one before: {len(soon)}")
    if sizes:
        quarter = max(1, len(sizes) // 4)
        print(f"memory MB: {sizes[quarter]} after a quarter, {max(sizes)} at most, {sizes[-1]} in the end")
    print(f"missing {len(missing)} (without the host that dies), stored twice {len(twice)}")
    print(f"a second run at once: {report.strip()}; {second} requests")
    for line in [*soon[:10], *missing[:10], *twice[:10]]:
        print(line)
    return 1 if soon or missing or twice else 0


if __name__ == "__main__":
    sys.exit(main())
