"""Text that was read in the wrong encoding, or that the page itself prints broken."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LOST = re.compile("\ufffd|锟斤拷|烫烫烫|屯屯屯")
_HAN = "銆锛鐨鍦绗涓鍙鏂"
_MISREAD = re.compile(f"[{_HAN}\u00c0-\u00ff](?:(?<=[{_HAN}])|[\u0080-\u00bf]{{1,2}})")
"""UTF-8 taken for GBK, or for Latin: signs that Chinese prose does without."""
OFTEN = 20
"""One misread sign among so many characters is no accident."""


def illegible(name: str, text: str) -> Iterator[str]:
    """Warnings about a field whose characters were lost or misread."""
    if lost := len(_LOST.findall(text)):
        yield f"{name}: {lost} characters could not be read"
    if text and len(_MISREAD.findall(text)) * OFTEN > len(text):
        yield f"{name}: looks read in the wrong encoding"
