"""All Parquet, catalogue and DuckDB input and output."""
