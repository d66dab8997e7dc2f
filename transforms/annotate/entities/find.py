"""From the recogniser's spans to mentions and entities."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from transforms.annotate.entities.identity import country_id
from transforms.annotate.entities.names import Name
from transforms.annotate.entities.recognise import Recognised
from transforms.annotate.entities.refine import refined
from transforms.annotate.entities.resolve import Resolved, kind_of, resolve
from transforms.annotate.entities.table import country_name, find_countries, find_listed
from transforms.annotate.records import Entity, Mention
from transforms.spans import Span

Found = tuple[tuple[Mention, ...], tuple[Entity, ...]]
"""Mentions in text order, and the entities they are mentions of in the order of their first mention."""


def find_entities(
    text: str, recognised: Iterable[Recognised], sentences: Sequence[Span], title: str | None = None
) -> Found:
    """The names of a text, refined and resolved.

    Args:
        text: What the offsets count in.
        recognised: Spans of any recogniser for the language of the rules, English.
        sentences: In text order.
        title: Headline that stands outside the text; it only tells which entities it names.
    """
    names = refined(text, recognised)
    return _as_records(text, names, resolve(text, names), sentences, title)


def listed_countries(text: str, language: str, sentences: Sequence[Span], title: str | None = None) -> Found:
    """Only the countries, by their names in that language, for texts that no recogniser reads.

    For a language (ISO 639-1) whose names are not listed the English ones are looked for.
    """
    found = list(find_countries(text, language))
    resolved: dict[str, Resolved] = {}
    for position, (_, code) in enumerate(found):
        entity = Resolved(country_id(code), country_name(code), "country", code)
        resolved.setdefault(entity.entity_id, entity).members.append(position)
    names = [Name(span, "GPE", "rule") for span, _ in found]
    in_title = {code for _, code in find_countries(title, language)} if title else set()
    mentions, entities = _as_records(text, names, list(resolved.values()), sentences, None)
    return mentions, tuple(replace(entity, in_title=entity.country in in_title) for entity in entities)


def _as_records(
    text: str, names: Sequence[Name], resolved: Sequence[Resolved], sentences: Sequence[Span], title: str | None
) -> Found:
    starts = [sentence.start for sentence in sentences]
    mentions: list[Mention] = []
    entities: list[Entity] = []
    for entity in resolved:
        of_entity = [
            Mention(
                span=names[position].span,
                entity_id=entity.entity_id,
                surface=names[position].span.of(text),
                sentence=max(0, bisect_right(starts, names[position].span.start) - 1),
                label=names[position].label,
                kind=kind_of(names[position].span.of(text), entity),
                role=names[position].role,
                origin=names[position].origin,
            )
            for position in sorted(entity.members)
        ]
        mentions += of_entity
        entities.append(
            Entity(
                entity_id=entity.entity_id,
                name=entity.name,
                type=entity.type,
                country=entity.country,
                role=next((mention.role for mention in of_entity if mention.role), None),
                mentions=len(of_entity),
                first_start=of_entity[0].span.start,
                in_title=_is_named(entity, of_entity, title),
            )
        )
    return tuple(sorted(mentions, key=lambda mention: mention.span)), tuple(entities)


def _is_named(entity: Resolved, mentions: Sequence[Mention], title: str | None) -> bool:
    """Whether the headline holds one of the entity's surfaces as whole words, or another name of the country."""
    if not title:
        return False
    if entity.country and any(listed.country == entity.country for _, listed in find_listed(title)):
        return True
    compared = title.casefold() if title.isupper() else title
    surfaces = {mention.surface.casefold() if title.isupper() else mention.surface for mention in mentions}
    if entity.type == "person" and " " in entity.name:
        surfaces.add(entity.name.split()[-1])
    return any(re.search(rf"(?<!\w){re.escape(surface)}(?!\w)", compared) for surface in surfaces)
