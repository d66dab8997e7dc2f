"""Signatures tell copies of a text from other texts, and are the same everywhere and for ever."""

import random
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.clean.article import clean_page
from transforms.clean.part import clean_part
from transforms.clean.wording import shingles, tokens
from transforms.duplicates import (
    BANDS,
    MIN_SHINGLES,
    SHINGLE_WORDS,
    Signature,
    are_alike,
    containment,
    resemblance,
    share_a_band,
    signature,
)
from transforms.schemas import RAW_PAGES

FERRY = (
    "The ferry to the outer islands will run again from Monday, the harbour authority said on Friday after three weeks "
    "of repairs. Two crossings a day are planned until the end of March, and four after that. Tickets that were sold "
    "for cancelled crossings remain valid until summer. The islands' mayor said that the shops had begun to run out "
    "of flour, batteries and, to the dismay of many, coffee."
)


def written(seed: int, words: int) -> list[str]:
    """Words drawn from a vocabulary with the usual few frequent ones."""
    numbers = random.Random(seed)
    return [f"word{min(int(numbers.paretovariate(0.6)), 5000)}" for _ in range(words)]


def of(text: str) -> Signature:
    found = signature(text)
    assert found is not None
    return found


def test_a_signature_is_what_it_was_when_the_first_lake_was_filled() -> None:
    """Signatures of all releases are compared with each other: never change the expected numbers."""
    assert of(FERRY).bands[:4] == FIRST_BANDS
    assert of(FERRY).shingles == 68
    assert of(FERRY_IN_CHINESE).bands[:2] == FIRST_BANDS_OF_CHINESE


FERRY_IN_CHINESE = "港口管理局周五表示，经过三周的维修，前往外岛的渡轮将从周一起恢复运行。"
FIRST_BANDS = (438063816, 2958035648, 3416467779, 855547516)
FIRST_BANDS_OF_CHINESE = (3392198, 3423092689)


def test_it_does_not_depend_on_the_process() -> None:
    command = "import sys; from transforms.duplicates import signature; print(signature(sys.argv[1]).bands)"
    done = subprocess.run(
        [sys.executable, "-c", command, FERRY], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "5"}
    )
    assert done.stdout.strip() == str(of(FERRY).bands)


def test_its_numbers_fit_their_column() -> None:
    found = of(FERRY)
    assert len(found.bands) == BANDS
    assert all(0 <= band < 2**32 for band in found.bands)


@pytest.mark.parametrize(
    "same",
    [
        FERRY.upper(),
        FERRY.replace(". ", ".\n\n"),
        FERRY.replace(",", " –"),
        FERRY.replace("ferry", "ｆｅｒｒｙ"),
        f"  {FERRY}  ",
    ],
)
def test_case_marks_breaks_and_width_do_not_count(same: str) -> None:
    assert of(same) == of(FERRY)


def test_a_text_that_says_little_has_no_signature() -> None:
    words = " ".join(f"w{number}" for number in range(MIN_SHINGLES + SHINGLE_WORDS - 1))
    assert signature(words) is not None
    assert signature(words.rsplit(" ", 1)[0]) is None
    assert signature("Watch live now. " * 100) is None
    assert signature("") is None
    assert signature("…—!?") is None


def test_the_order_of_paragraphs_and_a_repetition_hardly_count() -> None:
    first, second = FERRY[:218], FERRY[219:]
    assert resemblance(of(FERRY), of(f"{second} {first}")) > 0.85
    assert of(f"{FERRY} {FERRY}").shingles <= of(FERRY).shingles + SHINGLE_WORDS


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_the_estimate_is_right_to_what_chance_allows(share: float) -> None:
    errors = []
    for seed in range(20):
        one = written(seed, 400)
        shared = int(400 * share)
        other = one[:shared] + written(1000 + seed, 400 - shared)
        both = shingles(tokens(" ".join(one))), shingles(tokens(" ".join(other)))
        right = len(both[0] & both[1]) / len(both[0] | both[1])
        errors.append(resemblance(of(" ".join(one)), of(" ".join(other))) - right)
    assert abs(sum(errors) / len(errors)) < 0.03
    assert max(map(abs, errors)) < 0.17


def test_a_long_text_is_hashed_in_steps_with_the_same_result() -> None:
    long = written(3, 9000)
    assert resemblance(of(" ".join(long)), of(" ".join([*long[4500:], *long[:4500]]))) > 0.97


def test_a_part_of_a_text_is_contained_in_it() -> None:
    words = [f"{word}-{at}" for at, word in enumerate(written(4, 600))]
    whole, half = of(" ".join(words)), of(" ".join(words[:330]))
    assert containment(half, whole) == containment(whole, half) > 0.85
    assert 0.4 < resemblance(half, whole) < 0.7
    assert are_alike(half, whole)


def test_copies_are_alike_and_share_a_band() -> None:
    for seed in range(30):
        words = written(seed, 300)
        agency, introduction = " ".join(words), " ".join(written(500 + seed, 60))
        for copy in (f"{introduction} {agency}", " ".join(words[:230]), " ".join(words[:100] + words[120:])):
            assert are_alike(of(agency), of(copy))
            assert share_a_band(of(agency), of(copy))


def test_other_texts_with_a_shared_statement_or_furniture_are_not() -> None:
    furniture = " ".join(written(99, 60))
    for seed in range(30):
        one, other = written(seed, 200), written(300 + seed, 200)
        quoted = [*other, *one[:50]]
        assert not are_alike(of(" ".join(one)), of(" ".join(quoted)))
        short = [f"{' '.join(words[:100])} {furniture}" for words in (one, other)]
        assert not are_alike(of(short[0]), of(short[1]))


@given(st.text(max_size=3000))
def test_any_text_has_a_signature_or_none(text: str) -> None:
    found = signature(text)
    if found is not None:
        assert found == signature(text)
        assert (resemblance(found, found), containment(found, found)) == (1.0, 1.0)


def test_an_article_carries_its_signature() -> None:
    body = FERRY.encode()
    url = "file://courier/ferry.txt"
    page = {
        "page_id": "p",
        "source": "courier",
        "url": url,
        "final_url": url,
        "content_type": "text/plain",
        "body": body,
        "content_hash": "h",
        "observed_at": datetime(2026, 3, 4, tzinfo=UTC),
        "part": "2026-03-04/courier/0000",
    }
    [row] = clean_part(RAW_PAGES.rows([page]), clean_page)["articles"].to_pylist()
    expected = of(row["text"])
    assert (tuple(row["similarity_signature"]), row["similarity_shingles"]) == (expected.bands, expected.shingles)
