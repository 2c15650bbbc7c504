"""The lines of a PDF with their places: the one module that knows PDFium."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import pypdfium2
from pypdfium2 import raw

from pipelines.files.paragraphs import Line, paragraphs
from pipelines.files.said import Limits, Said, Unread, gathered

_FEW = 10
"""A page with fewer characters than these has no text worth the name."""
_CELL = 1.6
"""A gap of so many characters' widths between two words separates cells."""
_BROKEN = frozenset("\ufffe\uffff\x02\x00")


def read_pdf(body: bytes, limits: Limits) -> Said:
    """The paragraphs of a PDF. Raises Unread for a password and for what is no whole PDF."""
    document = _opened(body)
    count = len(document)
    if not count:
        raise Unread("damaged: no page can be read")
    pages: list[list[Line]] = []
    bare, pictured, size = 0, False, 0
    for number in range(min(count, limits.pages)):
        page, image = _page(document, number)
        said = sum(len(line.text) for line in page)
        pages.append(page)
        size += said
        if said < _FEW:
            bare += 1
            pictured = pictured or image
        if size > limits.characters:
            break
    lines, cut = gathered(paragraphs(pages), limits.characters)
    scanned = size < _FEW * len(pages) and (pictured or not size)
    notes = (f"{bare} of {count} pages have no text",) if bare and pictured and not scanned else ()
    return Said(lines=lines, pages=count, scanned=scanned, notes=notes, truncated=cut or len(pages) < count)


def _opened(body: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Unread("needs a password", "encrypted") from error
        raise Unread(f"damaged: {error}") from error


def _page(document: pypdfium2.PdfDocument, number: int) -> tuple[list[Line], bool]:
    """The lines of a page, and whether a picture lies on it."""
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return [], False
    text = page.get_textpage()
    lines = list(_lines(text, page.get_height()))
    image = len("".join(line.text for line in lines)) < _FEW and _has_picture(page)
    text.close()
    page.close()
    return lines, image


def _has_picture(page: pypdfium2.PdfPage) -> bool:
    return any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))


class _Row:
    """Characters of one line as they come."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.left = self.right = self.top = self.bottom = 0.0

    def add(self, character: str, box: tuple[float, float, float, float]) -> None:
        left, bottom, right, top = box
        if not self.text:
            self.left, self.bottom, self.top = left, bottom, top
        self.right = max(self.right, right) if self.text else right
        self.text.append(character)


def _lines(text: pypdfium2.PdfTextPage, height: float) -> Iterator[Line]:
    """Lines in the order of the file, top down; a wide gap ends a cell."""
    row, gap = _Row(), False
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, index)
        character = chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        if character in "\r\n":
            yield from _finished(row, height)
            row, gap = _Row(), False
        elif character.isspace():
            gap = bool(row.text)
        elif character not in _BROKEN:
            box = _box(text, index)
            width = max(row.top - row.bottom, 1.0)
            away = row.text and (
                box[0] - row.right > _CELL * width or box[3] < row.bottom or box[1] > row.top
            )
            if away:
                yield from _finished(row, height, cell=True)
                row, gap = _Row(), False
            if gap and box[0] - row.right > 0.15 * width:
                row.text.append(" ")
            row.add(character, box)
            gap = False
    yield from _finished(row, height)


def _finished(row: _Row, height: float, *, cell: bool = False) -> Iterator[Line]:
    if row.text:
        yield Line(
            text="".join(row.text),
            left=row.left,
            right=row.right,
            top=height - row.top,
            size=max(row.top - row.bottom, 1.0),
            height=height,
            cell=cell,
        )


def _box(text: pypdfium2.PdfTextPage, index: int) -> tuple[float, float, float, float]:
    """Left, bottom, right, top; the loose box is as high as the font, whatever the glyph."""
    found = raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(text, index, ctypes.byref(found)):
        return (0.0, 0.0, 0.0, 0.0)
    return (found.left, found.bottom, found.right, found.top)
