"""Asks DuckDB about what land_parquet.py has landed: the view `events` is all of it.

    query.py FOLDER SQL|FILE.sql
"""
import sys
from pathlib import Path

import duckdb

if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder, question = sys.argv[1:]
    connection = duckdb.connect()
    connection.sql("SET TimeZone = 'UTC'")
    connection.sql(f"CREATE VIEW events AS FROM read_parquet('{folder}/*/*.parquet', hive_partitioning = true)")
    connection.sql(Path(question).read_text() if question.endswith(".sql") else question).show(max_width=120)
