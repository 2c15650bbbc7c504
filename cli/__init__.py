"""The command ``polarchive``: command groups by audience, and console output. Commands parse, call a service
and print; :mod:`cli.app` lists them all and imports the module of a command only when it runs."""

from cli.app import main

__all__ = ["main"]
