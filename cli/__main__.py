"""``python -m cli`` is ``polarchive``."""

from cli import main

main()
