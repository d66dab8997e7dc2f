"""``python -m tests.benchmarks.clean_pages``: trafilatura alone, newspaper4k and Newslake on the same labelled pages.

All run in one process, page by page, taking turns at being first, so that they meet the same caches and the same other
load of the machine; the first page is done once before anything is measured. CPU time is that of the process: decoding,
parsing, extraction, metadata and language of a page that is in memory.

Newslake is measured twice: in the same process as the others, and as a run cleans, in a child process with limits. The
second counts the CPU time of both processes, so that the difference is what the isolation costs.
"""

import argparse
import gzip
import importlib.util
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.clean_pages import PageCleaner
from tests.evaluation.__main__ import DEFAULT_DATA
from tests.evaluation.areas import read_lines, run_scorer
from tests.evaluation.floors import flatten
from transforms.clean import Article, Page, Reject, clean_page

NO_DATA = 2
MEASURES = {
    "bag F1": "text.bag.f1",
    "4-gram F1": "text.shingle.f1",
    "lead": "text.lead",
    "segments": "segments.f1",
    "title": "title.exact",
    "authors": "authors.f1",
    "day": "published.day",
    "instant": "published.instant",
}
"""Heading → the scorer's measure; the scorer's opening comment defines them."""

Prediction = dict[str, Any]
Extract = Callable[[str, bytes], Prediction]
"""URL and bytes of a page → title, authors, published, language, text."""


@dataclass
class Peer:
    """One extractor and what it made of the pages."""

    name: str
    extract: Extract
    clock: Callable[[], float] = time.process_time
    """CPU seconds used so far by the processes that work for it."""
    predictions: list[Prediction] = field(default_factory=list)
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    """By set."""
    failures: list[str] = field(default_factory=list)
    """Errors that it raised."""


def main() -> int:
    """Print quality by set, and CPU time a page with its ratio to trafilatura alone."""
    arguments = _arguments()
    data = arguments.data / "extraction"
    if not data.is_dir():
        print(f"no evaluation data in {data}; name a folder with --data", file=sys.stderr)
        return NO_DATA
    rows = [row for row in read_lines(data / "truth.jsonl") if not arguments.only or row["set"] in arguments.only]
    truth = rows[:: arguments.every]
    if arguments.newspaper:
        sys.path.append(str(arguments.newspaper))  # at the end: shared libraries are the ones that all use
    cleaner = PageCleaner()
    ours, isolated = Peer("newslake", _newslake(clean_page)), _isolated(cleaner)
    peers = [Peer("trafilatura", _trafilatura), ours, isolated]
    if importlib.util.find_spec("newspaper"):
        peers.insert(1, Peer("newspaper4k", _newspaper()))
    else:
        print("newspaper4k is not installed and left out; name the site-packages that have it with --newspaper")
    _run(peers, truth, data)
    cleaner.close()
    _report(peers, truth, data)
    _report_isolation(ours, isolated)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.clean_pages", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder with the folder extraction")
    parser.add_argument("--only", action="append", metavar="SET", help="only the pages of this set; may be repeated")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each Nth page, for a quick look")
    parser.add_argument(
        "--newspaper", type=Path, metavar="DIR", help="site-packages of an environment with newspaper4k"
    )
    return parser.parse_args()


def _run(peers: Sequence[Peer], truth: Sequence[dict[str, Any]], data: Path) -> None:
    for number, row in enumerate(truth):
        body = (data / row["file"]).read_bytes()
        body = gzip.decompress(body) if row["file"].endswith(".gz") else body
        turn = number % len(peers)
        for peer in (*peers[turn:], *peers[:turn]):
            if number == 0:
                _predict(peer, row, body)
                peer.failures.clear()
            started = peer.clock()
            prediction = _predict(peer, row, body)
            spent = peer.clock() - started
            peer.cpu_seconds[row["set"]] = peer.cpu_seconds.get(row["set"], 0.0) + spent
            peer.predictions.append({"id": row["id"], **prediction})


def _predict(peer: Peer, row: dict[str, Any], body: bytes) -> Prediction:
    try:
        return peer.extract(row["url"], body)
    except Exception as error:  # noqa: BLE001 - whatever a peer raises, it has no text for this page
        peer.failures.append(f"{row['id']}: {type(error).__name__}: {str(error).partition(chr(10))[0]:.100}")
        return {}


def _report(peers: Sequence[Peer], truth: Sequence[dict[str, Any]], data: Path) -> None:
    pages: dict[str, int] = {}
    for row in truth:
        pages[row["set"]] = pages.get(row["set"], 0) + 1
    figures = {peer.name: _scores(peer, truth, data) for peer in peers}
    for name, count in pages.items():
        print(f"\n{name}, {count} pages\n" + " " * 14 + "".join(f"{heading:>10}" for heading in MEASURES), end="")
        print(f"{'CPU ms':>10}{'ratio':>8}")
        for peer in peers:
            values = [figures[peer.name].get(f"sets.{name}.{measure}") for measure in MEASURES.values()]
            written = "".join(f"{'–' if value is None else format(value, '.3f'):>10}" for value in values)
            ratio = peer.cpu_seconds[name] / peers[0].cpu_seconds[name]
            print(f"  {peer.name:<12}{written}{peer.cpu_seconds[name] / count * 1000:>10.1f}{ratio:>8.2f}")
    for peer in peers:
        if peer.failures:
            print(f"\n{peer.name} raised an error on {len(peer.failures)} pages, the first {peer.failures[0]}")


def _report_isolation(ours: Peer, isolated: Peer) -> None:
    pages = len(ours.predictions)
    here, there = (sum(peer.cpu_seconds.values()) / pages * 1000 for peer in (ours, isolated))
    same = sum(a == b for a, b in zip(ours.predictions, isolated.predictions, strict=True))
    print(f"\nisolation: {there:.1f} ms of CPU a page in both processes against {here:.1f} ms in one", end="")
    print(f", {there / here:.2f} times as much; the same outcome on {same} of {pages} pages")


def _scores(peer: Peer, truth: Sequence[dict[str, Any]], data: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        paths = Path(folder) / "predictions.jsonl", Path(folder) / "truth.jsonl"
        for path, rows in zip(paths, (peer.predictions, truth), strict=True):
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return dict(flatten(run_scorer(data / "score_extraction.py", paths[0], "--truth", paths[1])))


def _newslake(clean: Callable[[Page], Article | Reject]) -> Extract:
    def extract(url: str, body: bytes) -> Prediction:
        result = clean(Page(url, url, body, "text/html", {}))
        if not isinstance(result, Article):
            return {}
        return {
            "title": result.title,
            "authors": list(result.authors),
            "published": result.published,
            "language": result.language,
            "text": result.text,
        }

    return extract


def _isolated(cleaner: PageCleaner) -> Peer:
    def both_processes() -> float:
        child = cleaner.child_process
        # clock_getcpuclockid(3) of Linux: a process's own CPU clock, to the nanosecond, which its parent may read
        return time.process_time() + (time.clock_gettime(~child << 3 | 2) if child else 0.0)

    return Peer("in a child", _newslake(cleaner.clean), both_processes)


def _trafilatura(url: str, body: bytes) -> Prediction:
    """As its documentation calls it, with metadata and without comments."""
    import trafilatura

    found = trafilatura.bare_extraction(body, url=url, with_metadata=True, include_comments=False)
    if found is None:
        return {}
    extracted = found if isinstance(found, dict) else found.as_dict()
    return {
        "title": extracted["title"],
        "authors": (extracted["author"] or "").split("; ") if extracted["author"] else [],
        "published": extracted["date"],
        "language": None,
        "text": extracted["text"],
    }


def _newspaper() -> Extract:
    """As its documentation calls it for pages at hand, without a request for pictures.

    A page in a language whose word splitter or its data are not installed gets a second try as English, which still has
    title, authors and date; ``newspaper4k[all]`` brings the splitters, Korean needs NLTK's ``punkt_tab`` besides.
    """
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import newspaper  # type: ignore[import-not-found, unused-ignore]

    from trafilatura.utils import decode_file

    def extract(url: str, body: bytes) -> Prediction:
        html = decode_file(body)  # it wants text
        article = newspaper.Article(url, fetch_images=False)
        try:
            article.download(input_html=html).parse()
        except (ImportError, LookupError) as error:
            if type(error) in {IndexError, KeyError}:
                raise
            article = newspaper.Article(url, fetch_images=False, language="en")
            article.download(input_html=html).parse()
        published = article.publish_date
        return {
            "title": article.title,
            "authors": list(article.authors),
            "published": published.isoformat() if hasattr(published, "isoformat") else published or None,
            "language": article.meta_lang or None,
            "text": article.text,
        }

    return extract


if __name__ == "__main__":
    sys.exit(main())
