"""The ``subscription`` and ``delivery`` tables: who is notified of what, and how far each delivery has come.

Decisions (what matches, when to retry) are in the :mod:`alerts` package; here are the statements.
"""
