"""Extract text from the XML of docx, pptx and xlsx. Macros, links and embedded objects are never opened.

The libraries for these formats load whole documents and expand what they contain; here all members are read
as a stream below a common limit of unpacked bytes.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any
from xml.parsers import expat

from attrs import frozen

from pipelines.attachments.formats import Limits, ReadFile, UnreadableFile, limit_lines, open_archive

_BLOCK = 64 * 1024
_UTF8 = 0x800
_ENCRYPTED = 0x1


class Package:
    """A packed file; the total of unpacked bytes is limited."""

    def __init__(self, body: bytes, limit: int) -> None:
        self._zip, self._left = open_archive(body), limit

    @property
    def members(self) -> list[zipfile.ZipInfo]:
        """Its files in order, without folders."""
        return [each for each in self._zip.infolist() if not each.is_dir()]

    def names(self, pattern: str) -> list[str]:
        """The names of members that match, ordered by the number in the name."""
        found = [each.filename for each in self.members if re.fullmatch(pattern, each.filename)]
        return sorted(found, key=lambda name: [int(number) for number in re.findall(r"\d+", name)])

    def has(self, name: str) -> bool:
        """Whether there is a member of this name."""
        return name in self._zip.NameToInfo

    def read(self, member: str | zipfile.ZipInfo) -> bytes:
        """The unpacked bytes of a member. Raises UnreadableFile: too large, encrypted, damaged or missing."""
        parts: list[bytes] = []
        self._each_block(member, parts.append)
        return b"".join(parts)

    def parse(self, name: str, handlers: Handlers) -> None:
        """Parse a member as XML and call the handlers; names are without namespaces.

        Raises UnreadableFile for invalid XML and for a document type declaration: office formats have none,
        and without one no entity is expanded and nothing external is opened.
        """
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = lambda tag, attributes: handlers.start(_local(tag), _plain(attributes))
        parser.EndElementHandler = lambda tag: handlers.end(_local(tag))
        parser.CharacterDataHandler = handlers.text
        try:
            self._each_block(name, lambda block: parser.Parse(block, False))
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise UnreadableFile(f"{name}: not XML: {error}") from error

    def _each_block(self, member: str | zipfile.ZipInfo, use: Callable[[bytes], Any]) -> None:
        name = member if isinstance(member, str) else member.filename
        try:
            info = self._zip.getinfo(member) if isinstance(member, str) else member
            if info.flag_bits & _ENCRYPTED:
                raise UnreadableFile(f"{plain_name(name)}: needs a password", "encrypted")
            with self._zip.open(info) as stream:
                while block := stream.read(_BLOCK):
                    self._left -= len(block)
                    if self._left < 0:
                        raise UnreadableFile("unpacks to more than the limit", "too_large")
                    use(block)
        except KeyError as error:
            raise UnreadableFile(f"damaged: {name} is missing") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise UnreadableFile(f"damaged: {plain_name(name)}: {error}") from error


@frozen(kw_only=True)
class Handlers:
    """Callbacks for the events of an XML member."""

    start: Callable[[str, Mapping[str, str]], None] = lambda tag, attributes: None
    end: Callable[[str], None] = lambda tag: None
    text: Callable[[str], None] = lambda text: None


def _refuse(*_: object) -> None:
    raise UnreadableFile("declares a document type (an entity bomb, or a reference outside)")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _plain(attributes: Mapping[str, str]) -> dict[str, str]:
    return {_local(name): value for name, value in attributes.items()}


def member_name(info: zipfile.ZipInfo) -> str:
    """The decoded name of a member: Chinese tools write GBK without setting the UTF-8 flag."""
    if info.flag_bits & _UTF8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def plain_name(name: str) -> str:
    """The last component of a path without control characters, for display only."""
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    shown = "".join(each for each in last if unicodedata.category(each)[0] != "C")
    return shown.strip(". ") or "unnamed"


# ------------------------------------------------------------------ docx, pptx


class _Paragraphs:
    """Collects the paragraphs of a part; a text box inside a paragraph comes before it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._open: list[list[str]] = []
        self._reading = False
        self._skipping = 0

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        if tag == "Fallback" or self._skipping:  # the same words once more, for older programs
            self._skipping += 1
        elif tag == "p":
            self._open.append([])
        elif tag == "t":
            self._reading = True
        elif tag in {"tab", "br", "cr"} and self._open:
            self._open[-1].append("\n" if tag != "tab" else " ")

    def end(self, tag: str) -> None:
        if self._skipping:
            self._skipping -= 1
        elif tag == "t":
            self._reading = False
        elif tag == "p" and self._open:
            self.lines.extend("".join(self._open.pop()).split("\n"))

    def text(self, text: str) -> None:
        if self._reading and self._open and not self._skipping:
            self._open[-1].append(text)


def read_docx(body: bytes, limits: Limits) -> ReadFile:
    """The paragraphs and table cells in order, then footnotes and endnotes."""
    package = Package(body, limits.unpacked)
    parts = ["word/document.xml", *package.names(r"word/(?:foot|end)notes\.xml")]
    lines, truncated = limit_lines(
        chain.from_iterable(_paragraphs(package, part) for part in parts), limits.characters
    )
    return ReadFile(lines=lines, truncated=truncated, notes=_outside(package, r"word/_rels/.*\.rels"))


def read_pptx(body: bytes, limits: Limits) -> ReadFile:
    """The paragraphs of all slides."""
    package = Package(body, limits.unpacked)
    slides = package.names(r"ppt/slides/slide\d+\.xml")
    lines, truncated = limit_lines(
        chain.from_iterable(_paragraphs(package, part) for part in slides[: limits.pages]), limits.characters
    )
    return ReadFile(
        lines=lines,
        pages=len(slides),
        truncated=truncated or len(slides) > limits.pages,
        notes=_outside(package, r"ppt/slides/_rels/.*\.rels"),
    )


def _paragraphs(package: Package, part: str) -> list[str]:
    found = _Paragraphs()
    package.parse(part, Handlers(start=found.start, end=found.end, text=found.text))
    return found.lines


def _outside(package: Package, pattern: str) -> tuple[str, ...]:
    """What a document would fetch from elsewhere (pictures, templates, frames): said, never followed."""
    found: list[str] = []

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        kind = attributes.get("Type", "").rpartition("/")[2]
        if tag == "Relationship" and attributes.get("TargetMode") == "External" and kind != "hyperlink":
            found.append(kind)

    for name in package.names(pattern):
        package.parse(name, Handlers(start=start))
    return (
        (f"{len(found)} external references not followed ({', '.join(sorted(set(found)))})",) if found else ()
    )


# ------------------------------------------------------------------ xlsx

_DATES = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59)})
"""Built-in number formats that are dates; 27 to 58 are those of the Chinese edition of Excel."""
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_EPOCH = dt.date(1899, 12, 30)


def read_xlsx(body: bytes, limits: Limits) -> ReadFile:
    """The cells of all visible sheets row by row, one cell per line, each sheet below its name."""
    package = Package(body, limits.unpacked)
    strings, formats = _strings(package), _formats(package)
    sheets = _sheets(package)
    lines, truncated = limit_lines(
        chain.from_iterable(
            [name, *_cells(package, part, strings, formats)] for name, part in sheets[: limits.pages]
        ),
        limits.characters,
    )
    return ReadFile(lines=lines, pages=len(sheets), truncated=truncated or len(sheets) > limits.pages)


def _sheets(package: Package) -> list[tuple[str, str]]:
    """Name and part of each sheet in the order of the tabs."""
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str]] = []

    def relation(tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "Relationship":
            target = attributes.get("Target", "").lstrip("/")
            targets[attributes.get("Id", "")] = target if target.startswith("xl/") else f"xl/{target}"

    def sheet(tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "sheet" and attributes.get("state", "visible") == "visible":
            sheets.append((attributes.get("name", ""), targets.get(attributes.get("id", ""), "")))

    package.parse("xl/_rels/workbook.xml.rels", Handlers(start=relation))
    package.parse("xl/workbook.xml", Handlers(start=sheet))
    return [(name, part) for name, part in sheets if package.has(part)]


def _strings(package: Package) -> list[str]:
    """The shared strings; phonetic readings are left out."""
    found: list[str] = []
    state = {"t": False, "rPh": False}

    def start(tag: str, _attributes: Mapping[str, str]) -> None:
        if tag == "si":
            found.append("")
        elif tag in state:
            state[tag] = True

    def end(tag: str) -> None:
        if tag in state:
            state[tag] = False

    def text(text: str) -> None:
        if state["t"] and not state["rPh"] and found:
            found[-1] += text

    if package.has("xl/sharedStrings.xml"):
        package.parse("xl/sharedStrings.xml", Handlers(start=start, end=end, text=text))
    return found


def _formats(package: Package) -> list[str]:
    """For each cell style how its numbers are shown: ``date``, ``percent`` or nothing."""
    codes: dict[int, str] = {}
    styles: list[int] = []
    inside: list[str] = []

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        inside.append(tag)
        if tag == "numFmt":
            codes[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif tag == "xf" and "cellXfs" in inside:
            styles.append(_number(attributes.get("numFmtId")))

    def end(_tag: str) -> None:
        inside.pop()

    if package.has("xl/styles.xml"):
        package.parse("xl/styles.xml", Handlers(start=start, end=end))
    return [_shown_as(number, codes.get(number, "")) for number in styles]


def _shown_as(number: int, code: str) -> str:
    bare = _LITERAL.sub("", code).lower()
    if number in _DATES or ("y" in bare and ("m" in bare or "d" in bare)) or ("m" in bare and "d" in bare):
        return "date"
    return "percent" if number in {9, 10} or "%" in bare else ""


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 8 else 0


class _Sheet:
    """Collects the cells of one sheet."""

    def __init__(self, strings: list[str], formats: list[str]) -> None:
        self.cells: list[str] = []
        self._strings, self._formats = strings, formats
        self._kind, self._style, self._value, self._reading = "", 0, "", False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "c":
            self._kind, self._style, self._value = attributes.get("t", "n"), _number(attributes.get("s")), ""
        elif tag in {"v", "t"}:
            self._reading = True

    def end(self, tag: str) -> None:
        if tag in {"v", "t"}:
            self._reading = False
        elif tag == "c" and self._value:
            self.cells.append(self._shown())

    def text(self, text: str) -> None:
        if self._reading:
            self._value += text

    def _shown(self) -> str:
        if self._kind == "s":
            at = _number(self._value)
            return self._strings[at] if at < len(self._strings) else ""
        if self._kind != "n":
            return self._value
        shown = self._formats[self._style] if self._style < len(self._formats) else ""
        return _as_shown(self._value, shown)


def _as_shown(value: str, shown: str) -> str:
    try:
        number = float(value)
        if shown == "date":
            return (_EPOCH + dt.timedelta(days=int(number))).isoformat()
        if shown == "percent":
            return f"{round(number * 100, 10):g}%"
        return f"{number:.15g}" if len(value) > 15 and "e" not in value.lower() else value
    except (ValueError, OverflowError):
        return value


def _cells(package: Package, part: str, strings: list[str], formats: list[str]) -> Iterator[str]:
    sheet = _Sheet(strings, formats)
    package.parse(part, Handlers(start=sheet.start, end=sheet.end, text=sheet.text))
    return (" ".join(cell.split()) for cell in sheet.cells)
