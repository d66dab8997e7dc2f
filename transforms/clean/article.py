"""A page in, an article or the reason why there is none out: the order in which its parts are found."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from transforms.clean import (
    agencies,
    authors,
    body,
    datelines,
    dates,
    decode,
    document,
    language,
    metadata,
    mojibake,
    plain_text,
    rejects,
    rights,
    titles,
    urls,
)
from transforms.clean.authors import AuthorCandidate
from transforms.clean.dates import DateCandidate
from transforms.clean.document import Document
from transforms.clean.records import FAULTS, Article, Candidate, Inspection, Page, Reject
from transforms.clean.titles import TitleCandidate
from transforms.clean.urls import AddressCandidate
from transforms.clean.wording import UNSTORABLE, encoding_faults, letters, repaired, squeeze, word_count
from transforms.identity import content_hash, stable_id
from transforms.spans import Span

SEPARATOR = "\n\n"
"""Between two blocks of a text."""
_STATED = ("publisher", "title", "authors", "lead", "section", "tags", "dateline_place", "copyright_holder")
"""Fields of an article that are the page's own words, beside its text."""


def clean_page(page: Page) -> Article | Reject:
    """The page's article, or why it has none; any bytes give one of the two."""
    return inspect_page(page).result


def inspect_page(page: Page) -> Inspection:
    """The outcome with every date, title, author and address that was weighed."""
    decoded = decode.decode(page.body, page.content_type)
    if isinstance(decoded, Reject):
        return Inspection(decoded, None, None, ())
    written = mojibake.undone(decoded.text, page.body if decoded.charset == "utf-8" else None)
    if decoded.kind == "text":
        result, candidates = _from_text(page, written.text)
    else:
        parsed = document.parse(written.text, page.final_url)
        result, candidates = (parsed, ()) if isinstance(parsed, Reject) else _from_html(page, parsed)
    if isinstance(result, Article):
        result = _repaired(result, written.changed)
    return Inspection(result, decoded.charset, decoded.origin, candidates)


def _from_html(page: Page, parsed: Document) -> tuple[Article | Reject, tuple[Candidate, ...]]:
    headlines = titles.titles(parsed, page.item_title)
    title = titles.choose(headlines)
    bylines = authors.authors(parsed)
    names = authors.choose(bylines)
    extracted = body.extract(parsed, (*(headline.value for headline in headlines), parsed.element_title), names)
    if isinstance(extracted, Reject):
        return extracted, ()
    access = rights.access(parsed)
    if reject := rejects.of_page(parsed, extracted, title.value if title else None, access):
        return reject, ()
    text, headings = assemble((repaired(line.text), line.is_heading) for line in extracted.lines)
    dateline = next((found for line in extracted.lines[:3] if (found := datelines.read(line.text))), None)
    published = dates.published(parsed, page.item_published, dateline.date if dateline else None)
    date = dates.choose(published)
    changes = dates.modified(parsed)
    change = dates.choose(changes)
    addresses = urls.addresses(parsed)
    address = urls.canonical(addresses)
    article = Article(
        article_id=stable_id("article", address.value),
        url=page.final_url,
        canonical_url=address.value,
        publisher=metadata.publisher(parsed),
        title=title.value if title else None,
        title_origin=title.origin if title else None,
        authors=names,
        published=date.value.iso if date else None,
        published_at=dates.utc(date.value) if date else None,
        published_date=date.value.day if date else None,
        published_text=date.value.text if date else None,
        published_precision=date.value.precision if date else None,
        published_origin=date.origin if date else None,
        modified_at=dates.utc(change.value) if change else None,
        dateline_place=dateline.place if dateline else None,
        agency=(dateline.agency if dateline else None)
        or extracted.agency
        or agencies.in_names(name for byline in bylines for name in byline.names),
        language=language.detect(text),
        lead=extracted.lead,
        text=text,
        headings=headings,
        section=metadata.section(parsed),
        tags=metadata.tags(parsed),
        image_url=metadata.image(parsed),
        access=access,
        licence_url=rights.licence_address(parsed),
        terms_url=rights.terms_address(parsed),
        copyright_holder=rights.copyright_holder(parsed),
        is_live_blog=metadata.is_live_blog(parsed),
        word_count=word_count(text),
        text_hash=content_hash(text.encode("utf-8")),
        encoding_faults=encoding_faults(line.text for line in extracted.lines),
    )
    candidates = (
        *_dates("published", published, date),
        *_dates("modified", changes, change),
        *_titles(headlines, title),
        *_authors(bylines),
        *_addresses(addresses, address),
    )
    return article, candidates


def _from_text(page: Page, written: str) -> tuple[Article | Reject, tuple[Candidate, ...]]:
    read = plain_text.read(UNSTORABLE.sub(" ", written.replace("\r\n", "\n").replace("\r", "\n")))
    text, headings = assemble((block, at in read.headings) for at, block in enumerate(read.blocks))
    words = word_count(text)
    if reject := rejects.of_text(words):
        return reject, ()
    found = [*dates.from_feed(page.item_published)]
    if read.dateline and read.dateline.date:
        found.append(DateCandidate(read.dateline.date, "dateline", "dateline"))
    if read.header_date:
        found.append(DateCandidate(read.header_date, "text", "header line"))
    found += dates.from_address(page.final_url)
    date = dates.choose(found)
    headlines = []
    if item_title := squeeze(page.item_title):
        headlines.append(TitleCandidate(item_title, "feed", "feed item"))
    if read.title:
        headlines.append(TitleCandidate(read.title, "text", "first line"))
    title = headlines[-1] if headlines else None
    stated = urls.stated_address(read.url) if read.url else None
    address = AddressCandidate(
        stated or urls.request_address(page.final_url), "text" if stated else "request", accepted=True
    )
    dateline = read.dateline
    agency = (dateline.agency if dateline else None) or read.agency
    agency = agency or agencies.in_names((*read.authors, read.publisher or ""))
    article = Article(
        article_id=stable_id("article", address.value),
        url=page.final_url,
        canonical_url=address.value,
        publisher=read.publisher,
        title=title.value if title else None,
        title_origin=title.origin if title else None,
        authors=read.authors,
        published=date.value.iso if date else None,
        published_at=dates.utc(date.value) if date else None,
        published_date=date.value.day if date else None,
        published_text=date.value.text if date else None,
        published_precision=date.value.precision if date else None,
        published_origin=date.origin if date else None,
        modified_at=None,
        dateline_place=(dateline.place if dateline else None) or read.place,
        agency=agency,
        language=language.detect(text),
        lead=None,
        text=text,
        headings=headings,
        section=None,
        tags=(),
        image_url=None,
        access=None,
        licence_url=None,
        terms_url=None,
        copyright_holder=None,
        is_live_blog=False,
        word_count=words,
        text_hash=content_hash(text.encode("utf-8")),
        encoding_faults=encoding_faults((written,)),
    )
    bylines = (AuthorCandidate(read.authors, "text", "byline"),) if read.authors else ()
    candidates = (
        *_dates("published", found, date),
        *_titles(headlines, title),
        *_authors(bylines),
        *_addresses((address,), address),
    )
    return article, candidates


def _repaired(article: Article, changed: frozenset[str]) -> Article:
    """The article with its stated values repaired as its text is; ``changed`` is what was repaired on the page."""
    stated: dict[str, Any] = {name: value for name in _STATED if (value := getattr(article, name))}
    better: dict[str, Any] = {
        name: repaired(value) if isinstance(value, str) else tuple(repaired(item) for item in value)
        for name, value in stated.items()
    }
    faults = set(article.encoding_faults)
    if better != stated:
        faults.add("mojibake")
    if any("\ufffd" in value for value in _strings(stated)):
        faults.add("lost-characters")
    content = letters("\n".join((article.text, *_strings(better)))) if changed else ""
    if any(piece in content for piece in changed):
        faults.add("mojibake")
    return replace(article, **better, encoding_faults=tuple(fault for fault in FAULTS if fault in faults))


def _strings(stated: Mapping[str, Any]) -> Iterator[str]:
    for value in stated.values():
        yield from (value,) if isinstance(value, str) else value


def assemble(blocks: Iterable[tuple[str, bool]]) -> tuple[str, tuple[Span, ...]]:
    """The text of blocks, each with whether it is a heading, and the headings' spans in it."""
    pieces: list[str] = []
    headings: list[Span] = []
    at = 0
    for block, is_heading in blocks:
        if is_heading:
            headings.append(Span(at, at + len(block)))
        pieces.append(block)
        at += len(block) + len(SEPARATOR)
    return SEPARATOR.join(pieces), tuple(headings)


def _dates(field: str, found: Sequence[DateCandidate], winner: DateCandidate | None) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            "published" if field == "published" else "modified",
            candidate.value.iso,
            candidate.origin,
            candidate.where,
            won=winner is not None and at == 0,
        )
        for at, candidate in enumerate(found)
    )


def _titles(found: Sequence[TitleCandidate], winner: TitleCandidate | None) -> tuple[Candidate, ...]:
    return tuple(
        Candidate("title", candidate.value, candidate.origin, candidate.where, won=candidate is winner)
        for candidate in found
    )


def _authors(found: Sequence[AuthorCandidate]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate("authors", "; ".join(candidate.names), candidate.origin, candidate.where, won=at == 0)
        for at, candidate in enumerate(found)
    )


def _addresses(found: Sequence[AddressCandidate], winner: AddressCandidate) -> tuple[Candidate, ...]:
    return tuple(
        Candidate("canonical_url", candidate.value, candidate.origin, candidate.origin, won=candidate is winner)
        for candidate in found
    )
