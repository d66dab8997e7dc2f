"""The whole demo site: three outlets, each on a host of its own, built in memory from the files of this package."""

from collections.abc import Mapping
from types import MappingProxyType

from flows.demo import courier, gazette, ledger
from flows.demo.outlets import COURIER, GAZETTE, LEDGER
from flows.demo.responses import Response


def demo_pages() -> Mapping[tuple[str, str], Response]:
    """What the site answers, by host name (without port) and path (without query); everything else is a 404."""
    builders = ((COURIER, courier.build), (LEDGER, ledger.build), (GAZETTE, gazette.build))
    pages = {(outlet.host, path): response for outlet, build in builders for path, response in build().items()}
    return MappingProxyType(pages)
