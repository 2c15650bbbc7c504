"""The archive on disk: tables and queries (SQLAlchemy, Alembic), captures (WARC), the full-text index
(tantivy).

Sessions and records in, records out. All SQL of the project belongs here.
"""
