"""Files in our own words, made on the spot: what portals attach, and what they should not."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

import pypdf
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"
WIDTH = 30
"""Characters of a line."""
PLAN = (
    "为做好城市绿地养护，制定本方案。",
    "一、总体要求",
    "坚持因地制宜、分类施策，到2030年，试点单位全部建成养护台账，养护水平明显提高，居民满意度达到九成以上。",
    "二、重点任务",
    "（一）摸清底数。各试点单位应当在六个月内完成普查，对照本方案附表逐株登记古树名木，登记结果向社会公布。",
)

pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def a_pdf(paragraphs: Sequence[str] = PLAN, *, title: str = "城市绿地养护实施方案", head: str = "") -> bytes:
    """A document as a ministry sets it: a centred title, indented paragraphs, page numbers below."""
    made = io.BytesIO()
    canvas, number = Canvas(made, invariant=1), 1
    y = _begin(canvas, head)
    canvas.setFont(FONT, 20)
    canvas.drawCentredString(297, y, title)
    y -= 40
    for paragraph in paragraphs:
        text = f"　　{paragraph}"
        for line in (text[at : at + WIDTH] for at in range(0, len(text), WIDTH)):
            if y < 90:
                _end(canvas, number)
                number, y = number + 1, _begin(canvas, head)
            canvas.setFont(FONT, 14)
            canvas.drawString(108 if line.startswith("　　") else 80, y, line.strip("　"))
            y -= 24
    _end(canvas, number)
    canvas.save()
    return made.getvalue()


def _begin(canvas: Canvas, head: str) -> float:
    canvas.setFont(FONT, 9)
    canvas.drawString(80, 805, head)
    return 770


def _end(canvas: Canvas, number: int) -> None:
    canvas.setFont(FONT, 10)
    canvas.drawCentredString(297, 40, f"— {number} —")
    canvas.showPage()


def a_table(rows: Sequence[Sequence[str]]) -> bytes:
    """A PDF with a table of cells far apart."""
    made = io.BytesIO()
    canvas = Canvas(made, invariant=1)
    canvas.setFont(FONT, 12)
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            canvas.drawString(80 + 160 * column, 700 - 30 * at, cell)
    canvas.save()
    return made.getvalue()


def a_scan(pages: int = 2) -> bytes:
    """Pages that are pictures."""
    made = io.BytesIO()
    canvas = Canvas(made, invariant=1)
    picture = ImageReader(io.BytesIO(_grey()))
    for _ in range(pages):
        canvas.drawImage(picture, 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def _grey() -> bytes:
    from PIL import Image

    made = io.BytesIO()
    Image.new("L", (60, 84), 200).save(made, "PNG")
    return made.getvalue()


def empty_pages(count: int) -> bytes:
    """A PDF of many pages and no words."""
    writer, made = pypdf.PdfWriter(), io.BytesIO()
    for _ in range(count):
        writer.add_blank_page(100, 100)
    writer.write(made)
    return made.getvalue()


def with_password(pdf: bytes, user: str = "geheim") -> bytes:
    """The same PDF, which opens with a password only."""
    writer, made = pypdf.PdfWriter(clone_from=io.BytesIO(pdf)), io.BytesIO()
    writer.encrypt(user, owner_password="owner", algorithm="RC4-128")
    writer.write(made)
    return made.getvalue()


def a_zip(members: Mapping[str, bytes | str]) -> bytes:
    """A packed file of these."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(zipfile.ZipInfo(name, (2026, 3, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


# ------------------------------------------------------------------ office

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def a_docx(paragraphs: Sequence[str] = PLAN, *, body: str = "", relations: str = "", head: str = "") -> bytes:
    """Paragraphs and whatever else the body should hold."""
    words = "".join(f"<w:p><w:r><w:t>{paragraph}</w:t></w:r></w:p>" for paragraph in paragraphs)
    return a_zip(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"{head}<w:document {_W}><w:body>{words}{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": f"<Relationships>{relations}</Relationships>",
        }
    )


_STYLES = (
    '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="10"/></cellXfs></styleSheet>'
)


def an_xlsx(cells: str, *, strings: Sequence[str] = (), sheet: str = "汇总表") -> bytes:
    """One sheet; style 1 shows dates, style 2 per cent."""
    r = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    return a_zip(
        {
            "xl/workbook.xml": f'<workbook {r}><sheets><sheet name="{sheet}" r:id="rId1"/>'
            '<sheet name="草稿" state="hidden" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId1"'
            ' Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/styles.xml": _STYLES,
            "xl/sharedStrings.xml": f"<sst>{''.join(f'<si><t>{each}</t></si>' for each in strings)}</sst>",
            "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{cells}</sheetData></worksheet>",
        }
    )


def an_ofd() -> bytes:
    """A container that says it is OFD."""
    return a_zip(
        {"OFD.xml": '<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"/>', "Doc_0/Document.xml": "<x/>"}
    )


def an_rtf(paragraphs: Sequence[str] = PLAN) -> bytes:
    """A text as RTF, which an office program reads and writes on as any of its kinds."""
    lines = (
        "".join(f"\\u{ord(sign) - 65536 * (ord(sign) > 32767)} " for sign in line) for line in paragraphs
    )
    return ("{\\rtf1\\ansi\\uc0\n" + "".join(f"{line}\\par\n" for line in lines) + "}").encode()


_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_ODF_NAMES = {
    "office": "office",
    "draw": "drawing",
    "table": "table",
    "text": "text",
    "svg": "svg-compatible",
}


def a_flat_odp(paragraphs: Sequence[str] = PLAN) -> bytes:
    """One slide as an OpenDocument presentation in a single XML file."""
    words = "".join(f"<text:p>{paragraph}</text:p>" for paragraph in paragraphs)
    frame = '<draw:frame svg:width="20cm" svg:height="10cm" svg:x="1cm" svg:y="1cm">'
    slide = f"<draw:page>{frame}<draw:text-box>{words}</draw:text-box></draw:frame></draw:page>"
    return _flat_odf("presentation", slide)


def a_flat_ods(rows: Sequence[Sequence[str]], sheet: str) -> bytes:
    """One sheet as an OpenDocument spreadsheet in a single XML file."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    lines = (f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows)
    return _flat_odf("spreadsheet", f'<table:table table:name="{sheet}">{"".join(lines)}</table:table>')


def _flat_odf(kind: str, body: str) -> bytes:
    names = " ".join(f'xmlns:{prefix}="{_ODF}:{name}:1.0"' for prefix, name in _ODF_NAMES.items())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {names} office:version="1.2"'
        f' office:mimetype="application/vnd.oasis.opendocument.{kind}">'
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document>"
    ).encode()


OLD_DOC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "WordDocument".encode("utf-16-le") + b"\0" * 100
"""Enough of a Word 97 file to be known as one."""
