"""One page that hangs, eats memory or crashes its parser costs that page and no other.

The pages are really hostile: a table of 9,000 rows keeps trafilatura busy for minutes, seven megabytes of one paragraph
take a lot of memory. A crash is a signal that the child gets while it works.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.clean_pages import PageCleaner, PageLimits
from flows.exchange import clean_lines
from flows.preview import preview_page
from flows.settings import Settings
from transforms import schemas
from transforms.clean import Article, Page, Reject, clean_page, clean_part

CASES = Path(__file__).parents[1] / "transforms" / "clean_cases"
ENDLESS = b"<html><body><article><table>" + b"<tr><td>a b c d</td><td>e f g</td></tr>" * 9000
HEAVY = b"<html><body><article><p>" + b"The ferry came back on Monday. " * 220_000
FERRY = "<html><body><article><h1>Ferry returns</h1>" + "<p>The ferry came back on Monday after a week.</p>" * 6
QUICK = PageLimits(cpu_seconds=1)


def page(body: bytes | str = FERRY, name: str = "ferry") -> Page:
    url = f"https://www.harbour-courier.example/news/{name}"
    return Page(url, url, body.encode() if isinstance(body, str) else body, "text/html", {})


@pytest.fixture(scope="module")
def cleaner() -> Iterator[PageCleaner]:
    cleaner = PageCleaner(QUICK)
    yield cleaner
    cleaner.close()


def kill_working_child(cleaner: PageCleaner, number: signal.Signals, *, times: int) -> set[int]:
    """Send the signal to so many children, each when it has worked for a while; returns their ids."""
    killed: set[int] = set()
    for _ in range(2000):
        process = cleaner.child_process
        if process is not None and process not in killed and cpu_seconds(process) > 0:
            time.sleep(0.3)
            os.kill(process, number)
            killed.add(process)
        if len(killed) == times:
            break
        time.sleep(0.02)
    return killed


def cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) / os.sysconf("SC_CLK_TCK")


def test_pages_give_the_same_as_in_process_in_a_child_that_stays_warm(cleaner: PageCleaner) -> None:
    assert cleaner.clean(page()) == clean_page(page())
    process = cleaner.child_process
    assert cleaner.clean(page(b"", "empty")) == clean_page(page(b"", "empty")) == Reject("empty", "no content")
    assert cleaner.child_process == process != os.getpid()


def test_a_page_that_never_ends_is_rejected_and_the_next_one_cleaned(cleaner: PageCleaner) -> None:
    assert cleaner.clean(page(ENDLESS)) == Reject("time-limit", "not done after 1 s of CPU time")
    assert isinstance(cleaner.clean(page()), Article)


def test_a_page_that_does_not_answer_is_rejected_by_the_clock() -> None:
    cleaner = PageCleaner(PageLimits(seconds=0.3))

    assert cleaner.clean(page(ENDLESS)) == Reject("time-limit", "not done after 0.3 s")
    assert isinstance(cleaner.clean(page()), Article)
    cleaner.close()


def test_a_page_that_takes_too_much_memory_is_rejected_and_the_next_one_cleaned() -> None:
    cleaner = PageCleaner(PageLimits(memory_bytes=40 << 20))

    assert cleaner.clean(page(HEAVY)) == Reject("memory-limit", "more than 40 MiB")
    assert isinstance(cleaner.clean(page()), Article)
    cleaner.close()


def test_a_page_that_was_quick_to_give_its_memory_back_is_rejected_as_well() -> None:
    cleaner = PageCleaner(PageLimits(memory_bytes=1 << 20))
    scripts = b"<html><body><script>" + b"x" * 8_000_000 + b"</script>"

    assert cleaner.clean(page(scripts)) == Reject("memory-limit", "more than 1 MiB")
    cleaner.close()


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL], ids=lambda number: number.name)
def test_a_page_that_crashes_its_parser_twice_is_rejected(number: signal.Signals) -> None:
    cleaner = PageCleaner()
    with ThreadPoolExecutor(1) as thread:
        result = thread.submit(cleaner.clean, page(ENDLESS))
        killed = kill_working_child(cleaner, number, times=2)

        assert result.result() == Reject("crashed", f"the parser's process ended: {number.name}")
    assert len(killed) == 2
    assert isinstance(cleaner.clean(page()), Article)
    cleaner.close()


def test_a_page_whose_process_was_killed_once_is_tried_again(cleaner: PageCleaner) -> None:
    cleaner.clean(page())
    assert cleaner.child_process
    os.kill(cleaner.child_process, signal.SIGKILL)

    assert isinstance(cleaner.clean(page()), Article)


def test_a_mistake_of_ours_stops_one_page_only(cleaner: PageCleaner) -> None:
    wrong: Any = Page("https://a.example/", "https://a.example/", "no bytes", "text/html", {})  # type: ignore[arg-type]

    cleaner.clean(page())
    process = cleaner.child_process
    result = cleaner.clean(wrong)

    assert cleaner.child_process == process
    assert isinstance(result, Reject)
    assert result.reason == "crashed"
    assert result.detail
    assert result.detail.startswith("TypeError: ")
    assert isinstance(cleaner.clean(page()), Article)


def test_a_part_with_hostile_pages_has_a_row_for_each_page(cleaner: PageCleaner) -> None:
    bodies = {"ferry": FERRY.encode(), "endless": ENDLESS, "pier": FERRY.replace("ferry", "pier").encode()}
    rows = [
        {
            "page_id": name,
            "source": "courier",
            "url": f"https://www.harbour-courier.example/{name}",
            "final_url": f"https://www.harbour-courier.example/{name}",
            "content_type": "text/html",
            "body": body,
            "content_hash": name,
            "observed_at": datetime(2026, 3, 4, tzinfo=UTC),
            "part": "2026-03-04/courier/0000",
        }
        for name, body in bodies.items()
    ]
    pages = schemas.RAW_PAGES.rows(rows)

    tables = clean_part(pages, cleaner.clean)

    assert set(tables["articles"]["page_id"].to_pylist()) == {"ferry", "pier"}
    assert tables["rejects"].select(["page_id", "reason"]).to_pylist() == [
        {"page_id": "endless", "reason": "time-limit"}
    ]


def test_a_file_of_pages_is_read_to_its_end(cleaner: PageCleaner, tmp_path: Path) -> None:
    bodies = [FERRY, ENDLESS.decode(), FERRY]
    lines = [
        json.dumps({"id": str(at), "url": f"https://www.example.org/{at}", "html": body})
        for at, body in enumerate(bodies)
    ]
    written: list[str] = []

    assert clean_lines(lines, written.append, base=tmp_path, cleaner=cleaner) == 3

    results = [json.loads(line) for line in written]
    assert [result["id"] for result in results] == ["0", "1", "2"]
    assert [result["rejected"] for result in results] == [None, "time-limit: not done after 1 s of CPU time", None]


def test_a_preview_of_a_page_that_never_ends_is_one_line(
    cleaner: PageCleaner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "endless.html").write_bytes(ENDLESS)

    preview_page(str(tmp_path / "endless.html"), Settings(), cleaner=cleaner)

    assert capsys.readouterr().out == "REJECTED stage clean, reason time-limit: not done after 1 s of CPU time\n"


def test_a_preview_reads_no_more_of_a_file_than_cleaning_takes(
    cleaner: PageCleaner, capsys: pytest.CaptureFixture[str]
) -> None:
    preview_page("/dev/zero", Settings(), cleaner=cleaner)

    assert "reason too-large" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("case", "facts"),
    [
        (
            "spanish_creative_commons",
            {
                "access": "free",
                "licence": "https://creativecommons.org/licenses/by-sa/4.0/",
                "rights held by": "Diario del Muelle",
            },
        ),
        ("swedish_mojibake", {"encoding faults": "mojibake"}),
        ("german_microdata_windows_1252", {"agency": "dpa", "dateline": "Hafenburg"}),
    ],
)
def test_a_preview_shows_rights_and_faults(
    case: str, facts: dict[str, str], cleaner: PageCleaner, capsys: pytest.CaptureFixture[str]
) -> None:
    preview_page(str(CASES / case / "page.html"), Settings(), cleaner=cleaner)

    shown = [line.split() for line in capsys.readouterr().out.splitlines()]
    for name, value in facts.items():
        assert f"{name} {value}".split() in shown


@pytest.mark.parametrize("body", [FERRY.encode(), ENDLESS], ids=["idle", "at work"])
def test_the_child_does_not_outlive_a_run_that_was_killed(body: bytes, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(body)
    script = (
        "import sys, threading\n"
        "from pathlib import Path\n"
        "from flows.clean_pages import PageCleaner, PageLimits\n"
        "from transforms.clean import Page\n"
        "if __name__ == '__main__':\n"
        "    cleaner = PageCleaner(PageLimits(cpu_seconds=2))\n"
        "    cleaner.clean(Page('', '', b'', 'text/html', {}))\n"
        "    print(cleaner.child_process, flush=True)\n"
        "    cleaner.clean(Page('', '', Path(sys.argv[1]).read_bytes(), 'text/html', {}))\n"
        "    threading.Event().wait()\n"
    )
    arguments = [sys.executable, "-c", script, str(tmp_path / "page.html")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        child = int(run.stdout.readline())
        time.sleep(0.3)
        run.kill()

    assert ends(child)


def ends(process: int) -> bool:
    for _ in range(1000):
        try:
            if Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False
