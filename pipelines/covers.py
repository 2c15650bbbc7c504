"""Whether a brief page is the letter that publishes what another page holds: 现将《…》印发给你们.

Portals file the letter and its annex as two pages; they are one policy, though they share no words.
"""

from __future__ import annotations

from pipelines.sheets import Sheet

LETTER = 0.5
"""Of the text it publishes: a longer page is no letter to it."""


def covered(small: Sheet, large: Sheet) -> str | None:
    """The name of what the shorter publishes, if the longer is that and nothing shows another publisher."""
    other = large.title
    if len(small.joined) > LETTER * len(large.joined) or other.draft or other.about or other.forwards:
        return None
    names = small.brings & large.title.names
    is_itself = large.title.core in large.title.names and not large.title.brings and not large.brings
    if not (names and is_itself and _is_same_publisher(small, large)):
        return None
    return max(names, key=len)


def _is_same_publisher(letter: Sheet, text: Sheet) -> bool:
    """Whether an organ, a place or a portal is of both; or of a letter of no place, nothing against it."""
    if letter.issuers and text.issuers:
        return bool(letter.issuers & text.issuers)
    place = letter.title.place
    return not place or letter.portal == text.portal or place in text.title.printed or place in text.joined
