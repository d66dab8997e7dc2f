"""Pure functions: bytes, texts and tables in, rows and tables out. No IO, no clock, no Prefect."""
