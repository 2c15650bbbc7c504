"""WARC files (ISO 28500): written while a run fetches, read by offset, scanned as a whole.

No database: a capture is identified by its file and offset.
"""
