"""A minimal one-page PDF with paragraphs in the Song font that all PDF readers include."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

WIDTH = 32
"""Characters of a line of 14 points."""
_FONT = (
    b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>",
    b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/FontDescriptor 7 0 R%s>>"
    % b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 0>>",
    b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]%s>>"
    % b"/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93",
)


def pdf(title: str, paragraphs: Sequence[str]) -> bytes:
    """The file: a centred title, below it each paragraph with an indent of two characters."""
    shown = [(297 - 10 * len(title), 770, 20, title), *_set(paragraphs)]
    content = b"\n".join(
        b"BT /F1 %d Tf %d %d Td <%s> Tj ET" % (size, x, y, text.encode("utf-16-be").hex().encode())
        for x, y, size, text in shown
    )
    return _file(
        (
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources 8 0 R>>",
            b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content),
            *_FONT,
            b"<</Font<</F1 5 0 R>>>>",
        )
    )


def _set(paragraphs: Sequence[str]) -> Iterator[tuple[int, int, int, str]]:
    """Lines with their position: left, height, size, text."""
    y = 720
    for paragraph in paragraphs:
        text = f"　　{paragraph}"
        for start in range(0, len(text), WIDTH):
            yield 70 + 28 * (start == 0), y, 14, text[start : start + WIDTH].strip("　")
            y -= 26


def _file(objects: Sequence[bytes]) -> bytes:
    """The objects, numbered from 1, and the cross-reference table."""
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + head + table + tail
