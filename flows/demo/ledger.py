"""The Danube Ledger, Vienna: meta tags and microdata, a standfirst and a side column, no JSON-LD.

Times carry +01:00. One article is in German; one address in the feed has moved.
"""

from collections.abc import Sequence
from datetime import datetime

from flows.demo.dates import british
from flows.demo.outlets import LEDGER
from flows.demo.pictures import picture
from flows.demo.responses import Response, html, plain, redirect, xml
from flows.demo.sitemaps import news_sitemap, sitemap_index
from flows.demo.stories import Story, stories_of
from flows.demo.templates import Markup, each, fill

PREVIEW = "/preview/2150-budget.html"
"""A page that the feed names and robots.txt forbids."""
MOVED_NUMBER = 2101
"""The article that the feed still names by its old address, which redirects."""

_MOST_READ = 5


def build() -> dict[str, Response]:
    """Every path of the host."""
    stories = stories_of(LEDGER)
    newest = max(story.modified for story in stories)
    addresses = [(LEDGER.url(path_of(story)), story) for story in stories]
    moved = {_old_path(story): redirect(LEDGER.url(path_of(story))) for story in stories if _has_moved(story)}
    return {
        **{path_of(story): html(article_page(story, stories), story.modified) for story in stories},
        **{_picture_path(story): picture(story.title) for story in stories},
        **moved,
        **_lists(stories, newest),
        "/imprint.html": html(_note("Imprint", "Nobody publishes this newspaper.", stories)),
        PREVIEW: html(_note("The budget, unfinished", "Draft. Not to be read before Monday.", stories)),
        "/css/site.css": Response("text/css; charset=utf-8", fill("ledger/site.css").encode()),
        "/feed.xml": xml(_feed(stories, newest), "application/atom+xml", newest),
        "/robots.txt": plain(
            f"User-agent: *\nDisallow: /preview/\nCrawl-delay: 0.05\n\nSitemap: {LEDGER.url('/sitemap_index.xml')}\n"
        ),
        "/sitemap_index.xml": xml(sitemap_index([(LEDGER.url("/sitemap_news.xml"), newest)]), "text/xml", newest),
        "/sitemap_news.xml": xml(news_sitemap(LEDGER.name, addresses), "text/xml", newest),
    }


def path_of(story: Story) -> str:
    """Path of an article: section, slug and number."""
    return f"/{_section_folder(story)}/{story.slug}-{story.number}.html"


def article_page(story: Story, stories: Sequence[Story]) -> Markup:
    """The page of one article; the side column lists some of ``stories``."""
    main = fill(
        "ledger/article.html",
        url=LEDGER.url(path_of(story)),
        language=story.language,
        section=story.section,
        title=story.title,
        summary=story.summary,
        authors=_authors(story),
        published=story.published.isoformat(),
        published_text=british(story.published),
        image=LEDGER.url(_picture_path(story)),
        caption=story.caption,
        body=each("<p>$text</p>", [{"text": text} for text in story.paragraphs]),
        keywords=", ".join(story.tags),
    )
    head = fill(
        "ledger/article-head.html",
        url=LEDGER.url(path_of(story)),
        title=story.title,
        summary=story.summary,
        authors=", ".join(story.authors),
        keywords=", ".join(story.tags),
        published=story.published.isoformat(),
    )
    return _page(story.title, story.language, head, main, stories)


def _page(title: str, language: str, head: Markup, main: Markup, stories: Sequence[Story]) -> Markup:
    sections = {_section_folder(story): story.section for story in stories}
    return fill(
        "ledger/page.html",
        title=title,
        language=language,
        head=head,
        main=main,
        menu=each(
            '<li><a href="$url">$name</a></li>',
            [{"url": LEDGER.url(f"/{folder}/"), "name": name} for folder, name in sorted(sections.items())],
        ),
        most_read=_links(stories[:_MOST_READ]),
    )


def _authors(story: Story) -> Markup:
    return each(
        '<span itemprop="author" itemscope itemtype="http://schema.org/$kind">'
        '<span itemprop="name">$name</span></span>',
        [{"kind": "Organization" if name == "Northlink" else "Person", "name": name} for name in story.authors],
        separator=", ",
    )


def _lists(stories: Sequence[Story], newest: datetime) -> dict[str, Response]:
    lists = {"/": ("The Danube Ledger", list(stories))}
    for story in stories:
        lists.setdefault(f"/{_section_folder(story)}/", (story.section, []))[1].append(story)
    return {
        path: html(_page(title, "en", Markup(""), _list(title, listed), stories), newest)
        for path, (title, listed) in lists.items()
    }


def _list(title: str, stories: Sequence[Story]) -> Markup:
    links = _links(list(reversed(stories)))
    return each('<div class="list"><h1>$title</h1><ul>$links</ul></div>', [{"title": title, "links": links}])


def _links(stories: Sequence[Story]) -> Markup:
    rows = [{"url": LEDGER.url(path_of(story)), "title": story.title} for story in stories]
    return each('<li><a href="$url">$title</a></li>', rows)


def _note(title: str, text: str, stories: Sequence[Story]) -> Markup:
    main = each('<div class="txt-article"><h1>$title</h1><p>$text</p></div>', [{"title": title, "text": text}])
    return _page(title, "en", Markup(""), main, stories)


def _feed(stories: Sequence[Story], built: datetime) -> Markup:
    rows = [
        {
            "url": LEDGER.url(_old_path(story) if _has_moved(story) else path_of(story)),
            "title": story.title,
            "summary": story.summary,
            "published": story.published.isoformat(),
            "updated": story.modified.isoformat(),
            "authors": each("<author><name>$name</name></author>", [{"name": name} for name in story.authors]),
        }
        for story in reversed(stories)
    ]
    rows.append(
        {
            "url": LEDGER.url(PREVIEW),
            "title": "The budget, unfinished",
            "summary": "",
            "published": "2026-03-08T09:00:00+01:00",
            "updated": "2026-03-08T09:00:00+01:00",
            "authors": each("<author><name>$name</name></author>", [{"name": LEDGER.name}]),
        }
    )
    entries = each(
        '<entry>\n<title>$title</title>\n<id>$url</id>\n<link rel="alternate" type="text/html" href="$url"/>\n'
        "<published>$published</published>\n<updated>$updated</updated>\n$authors\n"
        '<summary type="text">$summary</summary>\n</entry>',
        rows,
    )
    return fill("ledger/feed.xml", built=built.isoformat(), entries=entries)


def _has_moved(story: Story) -> bool:
    return story.number == MOVED_NUMBER


def _old_path(story: Story) -> str:
    return f"/article/{story.number}"


def _section_folder(story: Story) -> str:
    return story.section.lower()


def _picture_path(story: Story) -> str:
    return f"/img/{story.number}.svg"
