"""A run that is killed and started again ends in the same tables as one that was not."""

from pathlib import Path

import pytest

from tests.campaigns.kills import compare_after_kills


@pytest.mark.timeout(420)
def test_ten_kills_change_nothing(tmp_path: Path) -> None:
    assert compare_after_kills(tmp_path, kills=10, seed=20260302) == []
