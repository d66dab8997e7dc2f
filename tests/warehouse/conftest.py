"""What tests of loading begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.warehouse.lake_builder import World, copied
from warehouse.home import Home


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Home:
    world = World.at(tmp_path_factory.mktemp("empty") / "home")
    assert world.publish().published
    world.catalogue.close()
    return world.home


@pytest.fixture
def world(empty: Home, tmp_path: Path) -> Iterator[World]:
    """An empty lake, published."""
    world = copied(empty, tmp_path / "home")
    yield world
    world.catalogue.close()
