"""The archive on disk: tables and queries (SQLAlchemy, Alembic), captures (WARC), the full-text index
(tantivy).

Functions take a session and return records; the caller owns the transaction. All SQL of the project
belongs here.
"""
