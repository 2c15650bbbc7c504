"""Parts of packed files: unpacked up to a limit, XML without document types, names without folders."""

from __future__ import annotations

import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Any
from xml.parsers import expat

from attrs import frozen

from pipelines.files.kinds import directory
from pipelines.files.said import Unread

_BLOCK = 64 * 1024
_UTF8 = 0x800
_ENCRYPTED = 0x1


class Package:
    """A packed file; all that is read of it together stays below a limit."""

    def __init__(self, body: bytes, limit: int) -> None:
        self._zip, self._left = directory(body), limit

    @property
    def members(self) -> list[zipfile.ZipInfo]:
        """Its files in order, without folders."""
        return [each for each in self._zip.infolist() if not each.is_dir()]

    def names(self, pattern: str) -> list[str]:
        """The names that match, in the order of the numbers in them."""
        found = [each.filename for each in self.members if re.fullmatch(pattern, each.filename)]
        return sorted(found, key=lambda name: [int(number) for number in re.findall(r"\d+", name)])

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return name in self._zip.NameToInfo

    def read(self, member: str | zipfile.ZipInfo) -> bytes:
        """A part unpacked. Raises Unread: it is too large, encrypted, damaged, or not there."""
        parts: list[bytes] = []
        self._each_block(member, parts.append)
        return b"".join(parts)

    def parse(self, name: str, handlers: Handlers) -> None:
        """Read a part as XML, event by event; names come without their namespaces.

        Raises Unread for a document type (the office formats have none; entities are declared in
        it, so none is expanded and nothing outside is opened) and for what is not XML.
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
            raise Unread(f"{name}: not XML: {error}") from error

    def _each_block(self, member: str | zipfile.ZipInfo, use: Callable[[bytes], Any]) -> None:
        name = member if isinstance(member, str) else member.filename
        try:
            info = self._zip.getinfo(member) if isinstance(member, str) else member
            if info.flag_bits & _ENCRYPTED:
                raise Unread(f"{plain_name(name)}: needs a password", "encrypted")
            with self._zip.open(info) as stream:
                while block := stream.read(_BLOCK):
                    self._left -= len(block)
                    if self._left < 0:
                        raise Unread("unpacks to more than the limit", "too_large")
                    use(block)
        except KeyError as error:
            raise Unread(f"damaged: {name} is missing") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise Unread(f"damaged: {plain_name(name)}: {error}") from error


@frozen(kw_only=True)
class Handlers:
    """What is told of an XML part as it is read."""

    start: Callable[[str, Mapping[str, str]], None] = lambda tag, attributes: None
    end: Callable[[str], None] = lambda tag: None
    text: Callable[[str], None] = lambda text: None


def _refuse(*_: object) -> None:
    raise Unread("declares a document type (an entity bomb, or a reference outside)")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _plain(attributes: Mapping[str, str]) -> dict[str, str]:
    return {_local(name): value for name, value in attributes.items()}


def member_name(info: zipfile.ZipInfo) -> str:
    """The name as its maker wrote it: without the UTF-8 flag Chinese tools write GBK."""
    if info.flag_bits & _UTF8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def plain_name(name: str) -> str:
    """The last part of a path without control characters; it never leads anywhere."""
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    shown = "".join(each for each in last if unicodedata.category(each)[0] != "C")
    return shown.strip(". ") or "unnamed"
