"""The article's text: what belongs to it, what does not, and where else it may stand."""

import json

import pytest

from transforms.clean import Article, Page, Reject, clean_page, junk_lines

PARAGRAPHS = [
    f"The council's {ordinal} meeting on the harbour went on until after midnight, said a member who had been there, "
    "and ended with a vote that nobody in the town had expected before the summer."
    for ordinal in ("first", "second", "third", "fourth", "fifth", "sixth")
]
LD = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Harbour vote"}</script>'


def cleaned(body: str, head: str = LD, url: str = "https://a.example.org/news/1") -> Article | Reject:
    page = f"<html><head><title>Harbour vote</title>{head}</head><body>{body}</body></html>"
    return clean_page(Page(url, url, page.encode(), "text/html; charset=utf-8", {}))


def blocks_of(result: Article | Reject) -> list[str]:
    assert isinstance(result, Article), result
    return result.text.split("\n\n")


def elements(paragraphs: list[str]) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def article(inner: str) -> str:
    return f"<main><article><h1>Harbour vote</h1>{inner}</article></main>"


def in_script(markup: str, *, nested: bool) -> str:
    data = json.dumps({"state": {"title": "Harbour vote", "contentHtml": markup}})
    code = f"self.__push([1,{json.dumps(data)}])" if nested else f"window.__DATA__ = {data};"
    return f'<div id="root"></div><script>{code}</script>'


@pytest.mark.parametrize("nested", [False, True], ids=["object", "object in a string"])
def test_text_only_in_a_script_is_read_with_its_structure(nested: bool) -> None:
    figure = "<figure><img src=/a.jpg><figcaption>The harbour at night, seen from the old bridge.</figcaption></figure>"
    markup = figure + elements(PARAGRAPHS[:3]) + "<h3>After the vote</h3>" + elements(PARAGRAPHS[3:])
    result = cleaned(in_script(markup, nested=nested))
    assert blocks_of(result) == [*PARAGRAPHS[:3], "After the vote", *PARAGRAPHS[3:]]
    assert isinstance(result, Article)
    assert [heading.of(result.text) for heading in result.headings] == ["After the vote"]


def test_script_of_a_page_that_states_no_article_is_no_text() -> None:
    result = cleaned(in_script(elements(PARAGRAPHS), nested=False), head="")
    assert isinstance(result, Reject)
    assert result.reason == "empty"


def test_code_and_encoded_data_in_scripts_are_no_text() -> None:
    code = json.dumps("function(a,b){return a&&b||[0];};" * 40)
    data = json.dumps("dGhlIGNvdW5jaWw" * 60)
    result = cleaned(f"<div id=root></div><script>var a = {code}, b = {data};</script>")
    assert isinstance(result, Reject)


def test_script_does_not_replace_a_text_that_stands_on_the_page() -> None:
    other = elements(["Another story about a ship that left the port a year ago and was never seen again. " * 3] * 9)
    result = cleaned(article(elements(PARAGRAPHS)) + in_script(other, nested=False))
    assert blocks_of(result) == PARAGRAPHS


def test_hidden_copy_of_the_article_for_machines_is_left_out() -> None:
    fields = "<div>Harbour vote</div><div>harbour,vote,council</div><div>2024-05-01T10:00:00+02:00</div>"
    hidden = f'<div style="display: none">{fields}<div>{elements(PARAGRAPHS)}</div></div>'
    assert blocks_of(cleaned(article(elements(PARAGRAPHS) + hidden))) == PARAGRAPHS


def test_headings_of_other_articles_end_the_text() -> None:
    teasers = [
        "The ferry comes back",
        "A year after the storm the ferry to the islands sails again, if only in summer.",
    ]
    tail = f"<div><h3>More from The Harbour Post</h3><div>{elements(teasers)}</div></div>"
    assert blocks_of(cleaned(article(elements(PARAGRAPHS) + tail))) == PARAGRAPHS


def test_text_that_goes_on_behind_such_a_heading_is_kept() -> None:
    inner = elements(PARAGRAPHS[:5]) + "<h3>More from the meeting</h3>" + elements(["Nobody went home.", PARAGRAPHS[5]])
    assert blocks_of(cleaned(article(inner)))[-2:] == ["Nobody went home.", PARAGRAPHS[5]]


def test_lists_and_sub_headings_between_paragraphs_belong_to_the_text() -> None:
    items = ["Two new cranes for the northern quay", "A ferry to the islands", "No night flights"]
    listed = "<ul>" + "".join(f"<li><b>{item}</b></li>" for item in items) + "</ul>"
    links = "<ul><li><a href=/1>The harbour in pictures</a></li><li><a href=/2>All about the vote</a></li></ul>"
    first = f"{elements(PARAGRAPHS[:2])}<h2>The plan</h2>{listed}"
    second = f"{elements(PARAGRAPHS[2:4])}{links}{elements(PARAGRAPHS[4:])}"
    assert blocks_of(cleaned(article(first + second))) == [*PARAGRAPHS[:2], "The plan", *items, *PARAGRAPHS[2:]]


def test_question_asked_of_several_people_is_kept_each_time() -> None:
    question = "What do you think that the vote will change for those who live and work in the harbour?"
    inner = [text for paragraph in PARAGRAPHS for text in (question, paragraph)]
    assert blocks_of(cleaned(article(elements(inner)))) == inner


def test_headline_with_its_kicker_and_the_date_are_no_first_lines() -> None:
    body = "<main><article><h1>Harbour : Council votes at night</h1><p>Mittwoch, 1. Mai 2024, 20:44 Uhr</p>"
    assert blocks_of(cleaned(f"{body}{elements(PARAGRAPHS)}</article></main>")) == PARAGRAPHS


def test_article_at_the_root_of_a_site_is_an_article() -> None:
    assert blocks_of(cleaned(article(elements(PARAGRAPHS)), head="", url="https://a.example.org/")) == PARAGRAPHS


def test_front_page_of_teasers_is_a_list() -> None:
    teasers = "".join(
        f"<div><h2><a href=/{at}>Story number {at} has this headline</a></h2><p>What it is about, {at}.</p></div>"
        for at in range(30)
    )
    result = cleaned(f"<main>{teasers}</main>", head="", url="https://a.example.org/")
    assert isinstance(result, Reject)
    assert result.reason == "list-page"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("More from The Harbour Post", True),
        ("Weitere Artikel zum Thema", True),
        ("NOTAS RELACIONADAS", True),
        ("Moreover, the harbour is closed", False),
        ("More from the council was not to be had on the day, said a member who had been there.", False),
    ],
)
def test_headings_above_other_articles_are_told_by_their_words(line: str, expected: bool) -> None:
    assert junk_lines.begins_other_articles(line) is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("30. Januar 2024", True),
        ("05.08.2024, 20:59 Uhr", True),
        ("17:41 JST, October 13, 2024", True),
        ("In 2024 the harbour had 12 ships", False),
        ("2024", False),
    ],
)
def test_lines_that_are_dates(line: str, expected: bool) -> None:
    assert junk_lines.is_date(line) is expected


@pytest.mark.parametrize("line", ["https://a.example.org/news/1", "VEA TAMBIÉN: El puerto cierra", "View comments"])
def test_pointers_and_bare_addresses_are_no_text(line: str) -> None:
    assert junk_lines.is_junk(line)


@pytest.mark.parametrize("break_", ["\r", "\r\n", "<br><br>", "</p><p>", "  "], ids=repr)
def test_text_only_in_data_is_cut_where_the_data_says_so(break_: str) -> None:
    sentences = [f"{paragraph} It was late. The town slept. Nobody complained." for paragraph in PARAGRAPHS]
    data = json.dumps({"@type": "NewsArticle", "headline": "Harbour vote", "articleBody": break_.join(sentences)})
    assert blocks_of(cleaned("<div id=root></div>", f'<script type="application/ld+json">{data}</script>')) == sentences


def test_two_spaces_behind_every_sentence_are_no_breaks() -> None:
    typed = "  ".join(PARAGRAPHS)
    data = json.dumps({"@type": "NewsArticle", "headline": "Harbour vote", "articleBody": typed})
    result = cleaned("<div id=root></div>", f'<script type="application/ld+json">{data}</script>')
    assert blocks_of(result) == [" ".join(PARAGRAPHS)]


def test_text_in_one_line_of_data_is_cut_as_the_page_prints_what_it_has() -> None:
    printed = PARAGRAPHS[:2]
    rest = "Only subscribers read on: " + " ".join(f"ship {number} left pier {number + 1}," for number in range(60))
    data = json.dumps({"@type": "NewsArticle", "headline": "Harbour vote", "articleBody": " ".join([*printed, rest])})
    result = cleaned(article(elements(printed)), f'<script type="application/ld+json">{data}</script>')
    assert blocks_of(result) == [*printed, rest]


@pytest.mark.parametrize(
    "insert",
    [
        "<div class='site-factbox'><h3>What else</h3><p>The plan has five parts, each to take a year.</p></div>",
        "<figure><img src=/a.jpg><figcaption><p>The harbour at night, seen from the bridge.</p></figcaption></figure>",
        "<p>An dieser Stelle finden Sie einen Inhalt von anderen, der den Artikel ergänzt. "
        + "Er wird von uns nicht geladen, bevor Sie es wollen. " * 4
        + "</p>",
    ],
    ids=["box", "caption", "request for leave to embed"],
)
def test_inserts_between_paragraphs_are_no_text(insert: str) -> None:
    assert blocks_of(cleaned(article(elements(PARAGRAPHS[:3]) + insert + elements(PARAGRAPHS[3:])))) == PARAGRAPHS


def test_excerpts_of_other_articles_are_no_text() -> None:
    excerpt = "came to the town, and what the people thought when the first winter was over and the ships were back."
    others = "".join(
        f"<article><h3><a href=/{number}>Story {number}</a></h3><p>How {name} {excerpt}</p></article>"
        for number, name in enumerate(("a baker", "a nurse", "a diver"), 1)
    )
    assert blocks_of(cleaned(article(elements(PARAGRAPHS) + others))) == PARAGRAPHS


def test_posts_of_a_live_page_are_all_text() -> None:
    posts = "".join(f"<article><h3><a href=/a>Post</a></h3><p>{paragraph}</p></article>" for paragraph in PARAGRAPHS)
    found = blocks_of(cleaned(f"<main><h1>Harbour vote</h1>{posts}</main>"))
    assert [block for block in found if block != "Post"] == PARAGRAPHS
