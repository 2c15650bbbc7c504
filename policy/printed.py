"""A field's value in the words it is printed with."""

from __future__ import annotations

import datetime as dt

from policy.contents import DocNumber, Issuer


def printed(value: object) -> str:
    """The value as people read it: a number as it stands there, organs by their names, a day in ISO form."""
    match value:
        case DocNumber():
            return value.raw
        case Issuer():
            return value.printed
        case tuple():
            return "、".join(printed(each) for each in value)
        case dt.datetime():
            return value.date().isoformat()
        case _:
            return str(value)
