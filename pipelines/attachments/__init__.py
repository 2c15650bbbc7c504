"""Text extraction from attached files: one reader per format, run in a child process with limits on time and
memory.

To add a kind of file: its row in ``FILE_KINDS`` of ``policy/records/content.py``, its detection in
``formats.py``, its reader in ``_READERS`` of ``child.py``, and the contract of a new reader module in
``pyproject.toml``.
"""
