"""What the tests of the transforms share."""

import pytest

from transforms.annotate import Annotator


@pytest.fixture(scope="session")
def annotator() -> Annotator:
    """The annotator with the default model; loading it costs more than most tests."""
    return Annotator()
