"""Commands for analysts: search, read, compare and cite what is archived.

They write nothing, but for ``join`` and ``split``, which record a decision.
"""
