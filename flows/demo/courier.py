"""The Harbour Courier, Halifax: a modern builder with JSON-LD, OpenGraph, a consent banner and boxes in the text.

Times carry the offset of Halifax, which changes on 8 March 2026, within the demo's fortnight.
"""

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from itertools import groupby

from flows.demo.dates import american
from flows.demo.outlets import COURIER
from flows.demo.pictures import picture
from flows.demo.responses import OPENED, Response, html, plain, redirect, xml
from flows.demo.sitemaps import news_sitemap, sitemap, sitemap_index
from flows.demo.stories import Block, Story, stories_of
from flows.demo.templates import Markup, each, fill, script_json

WITHDRAWN = "/local/2026/03/05/councillor-resigns"
"""A page that the feed still names and the site no longer has."""
SPONSORED = "/partners/whale-watching-weekends"
"""A page that the feed names and robots.txt forbids."""

_PARAGRAPHS_BEFORE_READ_MORE = 2
_PARAGRAPHS_BEFORE_NEWSLETTER = 5


def build() -> dict[str, Response]:
    """Every path of the host."""
    stories = stories_of(COURIER)
    newest = max(story.modified for story in stories)
    pages = {path_of(story): html(article_page(story, stories), story.modified) for story in stories}
    pictures = {_picture_path(story): picture(story.title) for story in stories}
    addresses = [(COURIER.url(path_of(story)), story) for story in stories]
    return {
        **pages,
        **pictures,
        **_section_pages(stories, newest),
        **_standing_pages(),
        "/assets/site.css": Response("text/css; charset=utf-8", fill("courier/site.css").encode()),
        "/feed": redirect(COURIER.url("/feed.xml")),
        "/feed.xml": xml(_feed(stories, newest), "application/rss+xml", newest),
        "/robots.txt": plain(
            f"User-agent: *\nDisallow: /partners/\nDisallow: /subscribe\n\nSitemap: {COURIER.url('/sitemap.xml')}\n"
        ),
        "/sitemap.xml": xml(
            sitemap_index([(COURIER.url("/sitemap-news.xml"), newest), (COURIER.url("/sitemap-pages.xml"), OPENED)]),
            "application/xml",
            newest,
        ),
        "/sitemap-news.xml": xml(news_sitemap(COURIER.name, addresses), "application/xml", newest),
        "/sitemap-pages.xml": xml(
            sitemap([(COURIER.url(path), OPENED) for path in ("/about", "/privacy")]), "application/xml", OPENED
        ),
    }


def path_of(story: Story) -> str:
    """Path of an article: section, local day and slug."""
    return f"/{story.section.lower()}/{story.published:%Y/%m/%d}/{story.slug}"


def article_page(story: Story, stories: Sequence[Story]) -> Markup:
    """The page of one article; related links and the list at its end are taken from ``stories``."""
    by_slug = {other.slug: other for other in stories}
    related = [by_slug[slug] for slug in story.related]
    neighbours = [other for other in stories if other.section == story.section and other is not story][-4:]
    main = fill(
        "courier/article.html",
        title=story.title,
        summary=story.summary,
        authors=_names(story.authors),
        section=story.section,
        section_url=COURIER.url(f"/{story.section.lower()}"),
        published=story.published.isoformat(),
        published_text=_printed(story.published),
        updated=_updated(story),
        image=COURIER.url(_picture_path(story)),
        caption=story.caption,
        body=_body(story, related),
        topics=each("<li>$tag</li>", [{"tag": tag} for tag in story.tags]),
        more=_links(neighbours),
    )
    return _frame(story.title, _head(story), main)


def _frame(title: str, head: Markup, main: Markup) -> Markup:
    sections = sorted({story.section for story in stories_of(COURIER)})
    links = each(
        '<a href="$url">$name</a>',
        [{"url": COURIER.url(f"/{section.lower()}"), "name": section} for section in sections],
    )
    return fill("courier/frame.html", title=title, head=head, main=main, sections=links)


def _head(story: Story) -> Markup:
    return fill(
        "courier/article-head.html",
        url=COURIER.url(path_of(story)),
        title=story.title,
        summary=story.summary,
        authors=", ".join(story.authors),
        image=COURIER.url(_picture_path(story)),
        published=story.published.isoformat(),
        modified=story.modified.isoformat(),
        section=story.section,
        tags=each('<meta property="article:tag" content="$tag">', [{"tag": tag} for tag in story.tags]),
        structured=script_json(_structured(story)),
    )


def _structured(story: Story) -> dict[str, object]:
    article: dict[str, object] = {
        "@type": "LiveBlogPosting" if story.kind == "live" else "NewsArticle",
        "@id": COURIER.url(path_of(story)),
        "mainEntityOfPage": COURIER.url(path_of(story)),
        "headline": story.title,
        "description": story.summary,
        "datePublished": story.published.isoformat(),
        "dateModified": story.modified.isoformat(),
        "author": [_author(name) for name in story.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": COURIER.name, "url": COURIER.url("/")},
        "image": {"@type": "ImageObject", "url": COURIER.url(_picture_path(story)), "caption": story.caption},
        "articleSection": story.section,
        "keywords": list(story.tags),
        "inLanguage": "en-CA",
        "isAccessibleForFree": story.kind != "wall",
    }
    if story.kind == "wall":
        article["hasPart"] = {
            "@type": "WebPageElement",
            "isAccessibleForFree": False,
            "cssSelector": ".story__body",
        }
    if story.kind == "live":
        article["coverageStartTime"] = story.published.isoformat()
        article["coverageEndTime"] = story.modified.isoformat()
        article["liveBlogUpdate"] = [
            {
                "@type": "BlogPosting",
                "headline": headline,
                "datePublished": instant.isoformat(),
                "articleBody": "\n\n".join(paragraphs),
            }
            for instant, headline, paragraphs in live_entries(story)
        ]
    trail = [("Home", COURIER.url("/")), (story.section, COURIER.url(f"/{story.section.lower()}"))]
    breadcrumbs = {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": url}
            for position, (name, url) in enumerate(trail, start=1)
        ],
    }
    return {"@context": "https://schema.org", "@graph": [breadcrumbs, article]}


def _author(name: str) -> dict[str, str]:
    is_desk = name == "Northlink" or name.endswith(" staff")
    return {"@type": "Organization" if is_desk else "Person", "name": name}


def _body(story: Story, related: Sequence[Story]) -> Markup:
    if story.kind == "live":
        return _live_body(story)
    boxes = {_PARAGRAPHS_BEFORE_NEWSLETTER: fill("courier/newsletter.html")}
    if related:
        boxes[_PARAGRAPHS_BEFORE_READ_MORE] = _read_more(related[0])
    pieces: list[Markup] = []
    paragraphs = 0
    for block in story.blocks:
        pieces.append(_block(block))
        if not block.is_heading:
            paragraphs += 1
            pieces.extend([boxes[paragraphs]] if paragraphs in boxes else [])
    if story.kind == "wall":
        pieces.append(fill("courier/paywall.html"))
    return Markup("\n".join(pieces))


def _block(block: Block) -> Markup:
    return each("<h2>$text</h2>" if block.is_heading else "<p>$text</p>", [{"text": block.text}])


def _live_body(story: Story) -> Markup:
    introduction = [_block(block) for block in _before_first_heading(story.blocks)]
    entries = [
        each(
            '<section class="live-entry"><h2><time datetime="$at">$clock</time> $headline</h2>\n'
            "$paragraphs\n</section>",
            [
                {
                    "at": instant.isoformat(),
                    "clock": f"{instant:%H:%M}",
                    "headline": headline,
                    "paragraphs": each("<p>$text</p>", [{"text": text} for text in paragraphs]),
                }
            ],
        )
        for instant, headline, paragraphs in live_entries(story)
    ]
    return Markup("\n".join([*introduction, *entries]))


def _before_first_heading(blocks: Sequence[Block]) -> list[Block]:
    first = next((index for index, block in enumerate(blocks) if block.is_heading), len(blocks))
    return list(blocks[:first])


def live_entries(story: Story) -> list[tuple[datetime, str, list[str]]]:
    """Entries of a live blog, newest first: instant, headline, paragraphs; a heading reads ``14:32 Headline``."""
    entries: list[tuple[datetime, str, list[str]]] = []
    for block in story.blocks:
        if block.is_heading:
            clock, headline = block.text.split(" ", 1)
            hour, minute = clock.split(":")
            entries.append((story.published.replace(hour=int(hour), minute=int(minute)), headline, []))
        elif entries:
            entries[-1][2].append(block.text)
    return entries


def _read_more(story: Story) -> Markup:
    return each(
        '<aside class="read-more">READ MORE: <a href="$url">$title</a></aside>',
        [{"url": COURIER.url(path_of(story)), "title": story.title}],
    )


def _links(stories: Sequence[Story]) -> Markup:
    return each(
        '<li><a href="$url">$title</a></li>',
        [{"url": COURIER.url(path_of(story)), "title": story.title} for story in stories],
    )


def _section_pages(stories: Sequence[Story], newest: datetime) -> dict[str, Response]:
    in_sections = sorted(stories, key=lambda story: story.section)
    groups = [(name, list(group)) for name, group in groupby(in_sections, key=lambda story: story.section)]
    pages = {f"/{name.lower()}": html(_list_page(name, group), newest) for name, group in groups}
    return {"/": html(_list_page("Today’s front page", stories), newest), **pages}


def _list_page(heading: str, stories: Sequence[Story]) -> Markup:
    teasers = each(
        '<div class="teaser"><h2><a href="$url">$title</a></h2><p>$summary</p></div>',
        [
            {"url": COURIER.url(path_of(story)), "title": story.title, "summary": story.summary}
            for story in reversed(stories)
        ],
    )
    return _frame(heading, Markup(""), fill("courier/list.html", heading=heading, teasers=teasers))


def _standing_pages() -> dict[str, Response]:
    texts = {
        "/about": ("About us", "The Harbour Courier has been printed in Halifax since it was invented."),
        "/privacy": ("Privacy policy", "This site sets no cookies, whatever its banner says."),
        "/subscribe": ("Subscribe", "Thank you. Nothing can be bought here."),
        SPONSORED: ("Whale-watching weekends", "Paid content: three days, two whales, one moderately priced inn."),
    }
    pages = {}
    for path, (title, text) in texts.items():
        main = each('<main class="story"><h1>$title</h1><p>$text</p></main>', [{"title": title, "text": text}])
        pages[path] = html(_frame(title, Markup(""), main))
    return pages


def _feed(stories: Sequence[Story], built: datetime) -> Markup:
    rows = [
        {
            "title": story.title,
            "link": COURIER.url(path_of(story)) + "?utm_source=rss&utm_medium=feed",
            "id": COURIER.url(path_of(story)),
            "summary": story.summary,
            "author": _names(story.authors),
            "section": story.section,
            "published": format_datetime(story.published),
        }
        for story in reversed(stories)
    ]
    for path, title, day in (
        (SPONSORED, "Three days, two whales (paid content)", datetime.fromisoformat("2026-03-06T09:00:00-04:00")),
        (WITHDRAWN, "Councillor resigns over parking permit", datetime.fromisoformat("2026-03-05T18:00:00-04:00")),
    ):
        rows.append(
            {
                "title": title,
                "link": COURIER.url(path),
                "id": COURIER.url(path),
                "summary": "",
                "author": "",
                "section": "Local",
                "published": format_datetime(day),
            }
        )
    items = each(
        '<item>\n<title>$title</title>\n<link>$link</link>\n<guid isPermaLink="true">$id</guid>\n'
        "<description>$summary</description>\n<dc:creator>$author</dc:creator>\n<category>$section</category>\n"
        "<pubDate>$published</pubDate>\n</item>",
        rows,
    )
    return fill("courier/feed.xml", built=format_datetime(built), items=items)


def _names(authors: Sequence[str]) -> str:
    return " and ".join(authors)


def _printed(instant: datetime) -> str:
    return f"{american(instant)} Atlantic"


def _updated(story: Story) -> Markup:
    if story.modified == story.published:
        return Markup("")
    return each(
        ' · Updated <time datetime="$at">$text</time>',
        [{"at": story.modified.isoformat(), "text": _printed(story.modified)}],
    )


def _picture_path(story: Story) -> str:
    return f"/assets/pictures/{story.slug}.svg"
