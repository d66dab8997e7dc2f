"""What sources.toml may say, and what is said about one that says something else."""

import re
from importlib import resources
from pathlib import Path

import pytest

from flows.settings import SettingsError
from flows.sources import DEFAULT_PATTERNS, FeedSource, FilesSource, WarcSource, WaybackSource, load_sources

TYPES = "feed, sitemap, urls, files, warc, cc-news, wayback"
ENTRY = re.compile(r"# (\[\[source\]\]|[a-z_]+ = )")
"""A line of the example file that says something once its mark of comment is taken away."""


def registry(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sources.toml"
    path.write_text(text, encoding="utf-8")
    return path


def complaint(tmp_path: Path, text: str) -> str:
    path = registry(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load_sources(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    return message.removeprefix(f"{path}: ")


FEED = '[[source]]\nname = "courier"\ntype = "feed"\nurl = "https://news.example/feed.xml"\n'


def test_sources_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = registry(
        tmp_path,
        """
        [[source]]
        name = "courier"
        type = "feed"
        url = "https://news.example/feed.xml"
        connect_to = "127.0.0.1:8080"
        delay_seconds = 0.5
        schedule = "*/15 * * * *"
        time_zone = "Africa/Nairobi"
        tags = ["coast"]

        [[source]]
        name = "archive"
        type = "files"
        path = "../pages"
        enabled = false
        """,
    )
    assert load_sources(path) == (
        FeedSource(
            name="courier",
            type="feed",
            url="https://news.example/feed.xml",
            connect_to="127.0.0.1:8080",
            delay_seconds=0.5,
            schedule="*/15 * * * *",
            time_zone="Africa/Nairobi",
            tags=("coast",),
        ),
        FilesSource(name="archive", type="files", path=tmp_path / "../pages", patterns=DEFAULT_PATTERNS, enabled=False),
    )


def test_a_registry_may_be_empty(tmp_path: Path) -> None:
    assert load_sources(registry(tmp_path, "# nothing yet\n")) == ()


def test_a_path_may_be_absolute(tmp_path: Path) -> None:
    path = registry(tmp_path, f'[[source]]\nname = "a"\ntype = "files"\npath = "{tmp_path / "pages"}"\n')
    (source,) = load_sources(path)
    assert isinstance(source, FilesSource)
    assert source.path == tmp_path / "pages"


@pytest.mark.parametrize(
    ("value", "hosts"),
    [
        ("true", {"intranet.example"}),
        ("false", set()),
        ('["one.example", "TWO.example"]', {"one.example", "two.example"}),
    ],
)
def test_private_hosts_are_named(tmp_path: Path, value: str, hosts: set[str]) -> None:
    text = f'[[source]]\nname = "a"\ntype = "feed"\nurl = "http://Intranet.example/feed"\nallow_private = {value}\n'
    (source,) = load_sources(registry(tmp_path, text))
    assert isinstance(source, FeedSource)
    assert source.private_hosts == hosts


ENDPOINT = "HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080"
TIME_ZONE = "a name of the IANA time zone database, such as Africa/Nairobi"


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("delay_seconds", "-1", "a number from 0 to 3600"),
        ("delay_seconds", "'slow'", "a number from 0 to 3600"),
        ("connect_to", "'localhost'", ENDPOINT),
        ("connect_to", "'h:99999'", ENDPOINT),
        ("time_zone", "'Mars/Base'", TIME_ZONE),
        ("time_zone", "'../etc/passwd'", TIME_ZONE),
        ("enabled", "'yes'", "true or false"),
        ("tags", "'coast'", "a list of words"),
        ("schedule", "15", "a cron expression, such as '*/15 * * * *'"),
        ("allow_private", "3", "true for the host of the source's own URL, or a list of host names"),
    ],
)
def test_a_value_that_cannot_be_used_is_shown_with_what_is_allowed(
    tmp_path: Path, key: str, value: str, allowed: str
) -> None:
    message = complaint(tmp_path, f"{FEED}{key} = {value}")
    assert message == f"source 1 ('courier'): key {key!r} cannot be {value}; allowed: {allowed}"


def test_an_unknown_key_is_met_with_the_known_ones(tmp_path: Path) -> None:
    assert complaint(tmp_path, FEED + 'ulr = "x"') == (
        "source 1 ('courier'): key 'ulr' is not known (did you mean 'url'?); a feed source has: name, enabled, tags, "
        "schedule, time_zone, keep_raw_days, keep_text, keep_text_days, keep_text_of_opt_outs, opt_outs, include, "
        "exclude, connect_to, allow_private, delay_seconds, "
        "revisit_after_hours, max_pages, url, type"
    )


@pytest.mark.parametrize(
    "url", ["", "news.example/feed", "ftp://news.example/", "file:///x", "http://", "http://a b/", "http://u:p@h/"]
)
def test_a_feed_needs_a_web_address(tmp_path: Path, url: str) -> None:
    text = f'[[source]]\nname = "a"\ntype = "feed"\nurl = "{url}"\n'
    assert complaint(tmp_path, text) == (
        f"source 1 ('a'): key 'url' cannot be {url!r}; allowed: an http or https address without user name or spaces"
    )


@pytest.mark.parametrize("name", ["", "Courier", "-a", "a_b", "a/b", "..", "ä", "a" * 65])
def test_a_name_is_fit_for_a_folder(tmp_path: Path, name: str) -> None:
    text = f'[[source]]\nname = "{name}"\ntype = "files"\npath = "x"\n'
    assert complaint(tmp_path, text) == (
        f"source 1 ({name!r}): key 'name' cannot be {name!r}; "
        "allowed: lower-case letters, digits and hyphens, 64 at most, no hyphen first"
    )


@pytest.mark.parametrize("pattern", ["/etc/*", "../*.html", "a/../../b", ""])
def test_a_pattern_stays_below_the_folder(tmp_path: Path, pattern: str) -> None:
    text = f'[[source]]\nname = "a"\ntype = "files"\npath = "x"\npatterns = ["*.txt", "{pattern}"]\n'
    assert complaint(tmp_path, text) == (
        f"source 1 ('a'): key 'patterns' cannot be {pattern!r}; "
        "allowed: a list of patterns below the folder, such as '**/*.html'"
    )


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    assert complaint(tmp_path, '[[source]]\nname = "a"\ntype = "files"\n') == (
        "source 1 ('a'): key 'path' is missing; allowed: a folder or a file; relative to the file that names it"
    )


@pytest.mark.parametrize(
    ("type_line", "sentence"),
    [
        (
            'type = "fed"',
            f"type 'fed' is not known (did you mean 'feed'?); allowed: {TYPES}",
        ),
        ('type = "telex"', "type 'telex' is not known; allowed: feed, sitemap, urls, files, warc, cc-news, wayback"),
        ("type = 7", "key 'type' is missing or no text; allowed: feed, sitemap, urls, files, warc, cc-news, wayback"),
        ("", "key 'type' is missing or no text; allowed: feed, sitemap, urls, files, warc, cc-news, wayback"),
    ],
)
def test_an_unknown_type_is_met_with_the_known_ones(tmp_path: Path, type_line: str, sentence: str) -> None:
    assert complaint(tmp_path, f'[[source]]\nname = "a"\n{type_line}\n') == f"source 1 ('a'): {sentence}"


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = FEED + "delay_seconds = -1\n" + FEED + '[[source]]\nname = "b"\n[sorces]\n'
    assert complaint(tmp_path, text).split("\n  ") == [
        "'sorces' is not a key of this file; every source is a table [[source]]",
        "source 1 ('courier'): key 'delay_seconds' cannot be -1; allowed: a number from 0 to 3600",
        "source 3 ('b'): key 'type' is missing or no text; allowed: feed, sitemap, urls, files, warc, cc-news, wayback",
        "sources 1 and 2 have the same name 'courier'; every name may be used once",
    ]


def test_a_syntax_error_names_its_line(tmp_path: Path) -> None:
    assert complaint(tmp_path, "[[source]]\nname = \n").startswith("not valid TOML: ")
    assert "line 2" in complaint(tmp_path, "[[source]]\nname = \n")


def test_a_single_table_is_told_apart(tmp_path: Path) -> None:
    assert (
        complaint(tmp_path, '[source]\nname = "a"\n') == "'source' is one table; write [[source]], in double brackets"
    )
    assert complaint(tmp_path, 'source = ["a"]\n') == "source 1 is not a table; write [[source]]"


def test_a_missing_or_unreadable_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file; `newslake init` makes one"):
        load_sources(tmp_path / "sources.toml")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_sources(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(SettingsError, match="not valid TOML"):
        load_sources(tmp_path / "latin.toml")


def test_the_example_file_shows_every_type(tmp_path: Path) -> None:
    example = (resources.files("flows") / "examples" / "sources.toml").read_text(encoding="utf-8")
    entries = [line.removeprefix("# ") for line in example.splitlines() if ENTRY.match(line)]
    found = load_sources(registry(tmp_path, "\n".join(entries)))
    assert [source.type for source in found] == ["feed", "sitemap", "urls", "files", "warc", "cc-news", "wayback"]
    assert [source.name for source in found if not source.looks_back] == ["example-times"]


def test_private_hosts_of_an_archive_are_those_it_names(tmp_path: Path) -> None:
    paths = 'paths = ["x.warc.gz", "http://one.example/x.warc"]\nallow_private = true\n'
    text = f'[[source]]\nname = "a"\ntype = "warc"\n{paths}'
    (source,) = load_sources(registry(tmp_path, text))
    assert isinstance(source, WarcSource)
    assert source.private_hosts == {"one.example"}
    assert source.paths == (str(tmp_path / "x.warc.gz"), "http://one.example/x.warc")
    wayback = '[[source]]\nname = "a"\ntype = "wayback"\nurl = "http://one.example/"\nallow_private = true\n'
    (source,) = load_sources(registry(tmp_path, wayback))
    assert isinstance(source, WaybackSource)
    assert source.private_hosts == {"web.archive.org"}


@pytest.mark.parametrize(
    ("entry", "key", "value", "allowed"),
    [
        ("feed", "revisit_after_hours", "[6, 1]", "a list of growing numbers of hours, such as [1, 6, 24, 168]"),
        ("feed", "opt_outs", "'ignore'", "'respect' or 'record'"),
        ("feed", "max_pages", "0", "a number from 1"),
        ("sitemap", "undated", "'guess'", "'fetch' or 'skip'"),
        ("wayback", "cdx_url", "'ftp://a.example'", "an http or https address without user name or spaces"),
        ("cc-news", "languages", "'en'", "a list of ISO 639-1 codes, such as 'en'"),
    ],
)
def test_keys_of_the_other_types_say_what_is_allowed(
    tmp_path: Path, entry: str, key: str, value: str, allowed: str
) -> None:
    text = f'[[source]]\nname = "a"\ntype = "{entry}"\nurl = "https://news.example/"\n{key} = {value}\n'
    assert complaint(tmp_path, text) == f"source 1 ('a'): key {key!r} cannot be {value}; allowed: {allowed}"
