"""What tests of loading begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.warehouse.lake_builder import World, copied, fill
from warehouse.home import Home


def published_home(root: Path, *, days: int) -> Home:
    """A lake of two sources and that many days, published once."""
    world = World.at(root)
    fill(world, days)
    assert world.publish().published
    world.catalogue.close()
    return world.home


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """What ``world`` begins as, made once a module: an empty lake, where a module does not say otherwise."""
    return published_home(tmp_path_factory.mktemp("start") / "home", days=0)


@pytest.fixture
def world(start: Home, tmp_path: Path) -> Iterator[World]:
    """A copy of ``start``, to change."""
    world = copied(start, tmp_path / "home")
    yield world
    world.catalogue.close()
