"""A citable snapshot: a folder of Parquet files that says what it is, where it came from, and is checked."""
