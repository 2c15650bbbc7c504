"""Extract paragraphs from the positioned lines of a PDF. The only module that uses PDFium."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pypdfium2
from attrs import frozen
from pypdfium2 import raw

from pipelines.attachments.formats import Limits, ReadFile, UnreadableFile, limit_lines
from policy.text.words import HAN, fold


@frozen(kw_only=True)
class Line:
    """A line of a page, in points from the top left corner; ``cell``: another cell stands to its right."""

    text: str
    left: float
    right: float
    top: float
    size: float
    height: float
    """The height of the page."""
    cell: bool = False


_NUMERAL = r"[一二三四五六七八九十百零〇]"
_ITEM = re.compile(
    rf"第(?:{_NUMERAL}{{1,5}}|\d{{1,3}})[编章节条]|{_NUMERAL}{{1,3}}[、.．]"
    rf"|[（(](?:{_NUMERAL}{{1,3}}|\d{{1,2}})[）)]"
    r"|\d{1,2}(?:[.．、](?!\d)|\.\d{1,2}(?:\.\d{1,2})?[ \u3000])|[①-⑳]"
    r"|附\s?[件录表图]\s?\d{0,2}\s?[:：]?|抄送|[—―-]{2}"
)
"""The start of a heading or list item."""
_ENDED = tuple("。！？；：!?;:")
_NUMBER = re.compile(
    r"(?P<dash>[-—–－―·]*)\s*(?:第\s*)?(?P<page>\d{1,4})\s*页?\s*(?:[/／]?\s*共?\s*\d{1,4}\s*页?)?\s*[-—–－―·]*"
)
_OPENING, _CLOSING = "《“（(「【", "》”）)」】"
_EDGE = 2
"""Lines at the top and at the bottom of a page that are checked for running heads."""
_MARGIN = 0.12
"""Share of the page height at top and bottom in which page numbers stand."""


def paragraphs(pages: Sequence[Sequence[Line]]) -> Iterator[str]:
    """The paragraphs of all pages in order; headings and cells are paragraphs of their own."""
    lines = [line for page in _without_heads(pages) for line in page]
    if not lines:
        return
    left, right = _block(lines)
    said = lines[0].text
    for before, line in pairwise(lines):
        if _goes_on(before, line, said, left, right):
            said = _joined(said, line.text)
        else:
            yield _tidy(said)
            said = line.text
    yield _tidy(said)


# ------------------------------------------------------------------ joining lines into paragraphs


def _block(lines: Sequence[Line]) -> tuple[float, float]:
    """Where most lines begin, at the outermost, and where the full ones end."""
    long = [line for line in lines if len(line.text) >= 15 and not line.cell] or list(lines)
    lefts = Counter(round(line.left / 4) for line in long)
    often = [left for left, count in lefts.items() if count * 5 >= max(lefts.values())]
    rights = sorted(line.right for line in long)
    return min(often) * 4.0, rights[int(len(rights) * 0.9)]


def _goes_on(before: Line, line: Line, said: str, left: float, right: float) -> bool:
    """Whether a line is the rest of the paragraph that ``before`` ends."""
    if before.cell or line.cell or abs(before.size - line.size) > 0.15 * max(before.size, line.size):
        return False
    apart = line.top - before.top
    below = 0 < apart < 2.6 * before.size
    if not below and apart > 0:
        return False
    if _is_open(said) and not said.endswith(_ENDED):
        return True
    full = before.right >= right - 2.2 * before.size
    indented = line.left > left + 1.2 * line.size
    if not full or indented:
        return False
    if said.endswith(_ENDED) and _ITEM.match(line.text):
        return False
    return not (_ITEM.match(line.text) and _is_heading(said))


def _is_heading(said: str) -> bool:
    return bool(_ITEM.match(said)) and len(said) < 20


def _is_open(said: str) -> bool:
    """A quotation or a title is not closed yet."""
    tail = said[-80:]
    return any(
        tail.count(one) > tail.count(other) for one, other in zip(_OPENING[:2], _CLOSING[:2], strict=True)
    )


_ASCII = re.compile(r"[A-Za-z,.;]$")


def _joined(said: str, text: str) -> str:
    if said.endswith("-") and said[-2:-1].isascii() and text[:1].islower() and text[:1].isascii():
        return said[:-1] + text
    return (
        f"{said} {text}" if _ASCII.search(said) and text[:1].isascii() and text[:1].isalnum() else said + text
    )


_BETWEEN_HAN = re.compile(rf"(?<=[{HAN}，。；：、（）《》“”]) (?=[{HAN}，。；：、（）《》“”])")


def _tidy(said: str) -> str:
    """A paragraph without the gaps that a justified line leaves between characters; the one behind
    a numeral stays, and so do those of a short line, which may be meant (``公  告``)."""
    item = _ITEM.match(said)
    head = said[: item.end() + 1] if item else ""
    return head + _BETWEEN_HAN.sub("", said[len(head) :]) if len(said) > 12 else said


# ------------------------------------------------------------------ running heads and page numbers


def _without_heads(pages: Sequence[Sequence[Line]]) -> Iterator[list[Line]]:
    common = _common(pages)
    steps = _numbered(pages)
    for at, page in enumerate(pages):
        dropped = {
            index
            for index in _edges(page)
            if _key(page[index]) in common or _is_number(page[index], at, steps)
        }
        yield [line for index, line in enumerate(page) if index not in dropped]


def _edges(page: Sequence[Line]) -> list[int]:
    """The first and last lines of a page, as they stand on it."""
    order = sorted(range(len(page)), key=lambda index: page[index].top)
    return list(dict.fromkeys([*order[:_EDGE], *order[-_EDGE:]]))


def _key(line: Line) -> str:
    return re.sub(r"\d+", "0", fold(line.text)) + f"@{round(line.top / 8)}"


def _common(pages: Sequence[Sequence[Line]]) -> set[str]:
    """Lines that stand at the same place of most pages."""
    if len(pages) < 3:
        return set()
    counts = Counter(key for page in pages for key in {_key(page[index]) for index in _edges(page)})
    return {key for key, count in counts.items() if count >= max(3, len(pages) / 2) and key[0] != "@"}


def _numbered(pages: Sequence[Sequence[Line]]) -> set[int]:
    """The differences between printed and real page numbers that more than one page has."""
    found = Counter(
        int(number["page"]) - at
        for at, page in enumerate(pages)
        for index in _edges(page)
        if _in_margin(page[index]) and (number := _NUMBER.fullmatch(page[index].text.strip()))
    )
    return {step for step, count in found.items() if count > 1}


def _is_number(line: Line, at: int, steps: set[int]) -> bool:
    number = _NUMBER.fullmatch(line.text.strip())
    if not number or not _in_margin(line):
        return False
    return bool(number["dash"]) or int(number["page"]) - at in {*steps, 1}


def _in_margin(line: Line) -> bool:
    middle = line.top + line.size / 2
    return middle < _MARGIN * line.height or middle > (1 - _MARGIN) * line.height


_FEW = 10
"""A page with fewer characters is counted as having no text layer."""
_CELL = 1.6
"""Gap between two words, in character widths, from which on they are separate cells."""
_BROKEN = frozenset("\ufffe\uffff\x02\x00")


def read_pdf(body: bytes, limits: Limits) -> ReadFile:
    """The paragraphs of a PDF. Raises UnreadableFile for a password and for a damaged file."""
    document = _opened(body)
    count = len(document)
    if not count:
        raise UnreadableFile("damaged: no page can be read")
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
    lines, cut = limit_lines(paragraphs(pages), limits.characters)
    scanned = size < _FEW * len(pages) and (pictured or not size)
    notes = (f"{bare} of {count} pages have no text",) if bare and pictured and not scanned else ()
    return ReadFile(
        lines=lines, pages=count, scanned=scanned, notes=notes, truncated=cut or len(pages) < count
    )


def _opened(body: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableFile("needs a password", "encrypted") from error
        raise UnreadableFile(f"damaged: {error}") from error


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
