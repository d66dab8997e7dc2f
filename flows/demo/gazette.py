"""The Kilindini Gazette, Mombasa: a plain old site in Windows-1252, with hardly any metadata.

Its pages print the local time without a zone; paragraphs are sibling ``div`` elements in a table; the feed is
RSS 1.0 with days only. One page was cut off on the way to the server and is in another encoding than it says.
"""

from collections.abc import Sequence
from datetime import datetime

from flows.demo.dates import british
from flows.demo.outlets import GAZETTE
from flows.demo.pictures import picture
from flows.demo.responses import OPENED, Response, plain, xml
from flows.demo.sitemaps import sitemap
from flows.demo.stories import Story, stories_of
from flows.demo.templates import Markup, each, fill

BROKEN = "/news/219.html"
"""A page that is answered with 200 and ends before its article begins."""
ARCHIVED = "/private/1951/first-issue.html"
"""A page that the feed names and robots.txt forbids."""
MISSING = "/news/209.html"
"""A page that the feed names and the site does not have."""

_ENCODING = "windows-1252"


def build() -> dict[str, Response]:
    """Every path of the host."""
    stories = stories_of(GAZETTE)
    newest = max(story.modified for story in stories)
    news = _list("All news", stories)
    return {
        **{path_of(story): _page(story.title, article(story), story.modified) for story in stories},
        **{_picture_path(story): picture(story.title) for story in stories},
        BROKEN: _broken_page(),
        ARCHIVED: _page("First issue", Markup("<H1>First issue</H1>")),
        "/": _page("Front page", _list("Today", stories), newest),
        "/news/": _page("All news", news, newest),
        "/contact.html": _page("Contact", Markup("<H1>Contact</H1><P>Please write a letter.</P>")),
        "/feed.xml": xml(_feed(stories), "application/rdf+xml", newest),
        "/robots.txt": plain(f"User-agent: *\nDisallow: /private/\nSitemap: {GAZETTE.url('/sitemap.xml')}\n"),
        "/sitemap.xml": xml(
            sitemap([(GAZETTE.url(path_of(story)), story.modified) for story in stories]), "application/xml", newest
        ),
    }


def path_of(story: Story) -> str:
    """Path of an article: its number."""
    return f"/news/{story.number}.html"


def article(story: Story) -> Markup:
    """The middle of an article's page."""
    return fill(
        "gazette/article.html",
        section=story.section,
        title=story.title,
        summary=story.summary,
        authors=" and ".join(story.authors),
        published=british(story.published),
        image=GAZETTE.url(_picture_path(story)),
        caption=story.caption,
        body=each('<DIV CLASS="para">$text</DIV>', [{"text": text} for text in story.paragraphs]),
    )


def _page(title: str, main: Markup, last_modified: datetime = OPENED) -> Response:
    markup = fill("gazette/page.html", title=title, main=main)
    return Response("text/html", markup.encode(_ENCODING, "xmlcharrefreplace"), last_modified)


def _broken_page() -> Response:
    whole = fill("gazette/page.html", title="Ferry “Likoni Star” back in service – café to open", main=Markup(""))
    cut = whole[: whole.index("All news")]
    return Response("text/html; charset=utf-8", cut.encode("utf-16-le"))


def _list(heading: str, stories: Sequence[Story]) -> Markup:
    rows = [{"url": GAZETTE.url(path_of(story)), "title": story.title} for story in reversed(stories)]
    links = each('<LI><A HREF="$url">$title</A>', rows)
    return each("<H1>$heading</H1><UL>$links</UL>", [{"heading": heading, "links": links}])


def _feed(stories: Sequence[Story]) -> Markup:
    rows = [
        {
            "url": GAZETTE.url(path_of(story)),
            "title": story.title,
            "summary": story.summary,
            "day": f"{story.published:%Y-%m-%d}",
        }
        for story in reversed(stories)
    ]
    for path, title, day in (
        (BROKEN, "Ferry back in service", "2026-03-08"),
        (ARCHIVED, "Our first issue", "2026-03-03"),
        (MISSING, "Water supply to be cut in Nyali", "2026-03-02"),
    ):
        rows.append({"url": GAZETTE.url(path), "title": title, "summary": "", "day": day})
    return fill(
        "gazette/feed.xml",
        sequence=each('<rdf:li rdf:resource="$url"/>', rows),
        items=each(
            '<item rdf:about="$url">\n<title>$title</title>\n<link>$url</link>\n<description>$summary</description>\n'
            "<dc:date>$day</dc:date>\n</item>",
            rows,
        ),
    )


def _picture_path(story: Story) -> str:
    return f"/pictures/{story.number}.svg"
