"""Where everything of one lake lies."""

from dataclasses import dataclass
from pathlib import Path

from transforms.identity import stable_id
from warehouse.parts import Part


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one lake and the places inside it; nothing is created by naming them."""

    root: Path

    @property
    def lake(self) -> Path:
        """Folder of the Parquet files."""
        return self.root / "lake"

    @property
    def catalogue_url(self) -> str:
        """SQLAlchemy URL of the catalogue, for ``Catalogue.open``."""
        return f"sqlite:///{self.root / 'catalogue.db'}"

    @property
    def database(self) -> Path:
        """The published DuckDB file: the name that readers open."""
        return self.root / "news.duckdb"

    @property
    def locks(self) -> Path:
        """Folder of the lock files."""
        return self.root / "locks"

    @property
    def publish_lock(self) -> Path:
        """Held while the database is loaded, and while files go that a loader may still read."""
        return self.locks / "publish.lock"

    def fetch_lock(self, source: str) -> Path:
        """Held while a source is fetched from."""
        return self.locks / f"fetch-{source}.lock"

    def part_lock(self, part: Part) -> Path:
        """Held while a part is worked on; one of 256 files, so that parts rarely share one and they stay few."""
        return self.locks / f"part-{stable_id('lock', part.name)[:2]}.lock"

    @property
    def prefect(self) -> Path:
        """Folder of Prefect's own database and settings."""
        return self.root / "prefect"

    @property
    def sources_file(self) -> Path:
        """The list of sources."""
        return self.root / "sources.toml"
