"""WARC files (ISO 28500): written while a run fetches, read by offset, scanned as a whole.

No database: a capture is found by its file and offset.
"""
