"""Files as text: each kind read for its words, each bad one answered for in bounded time.

Reading a file starts a process: the limits on memory and time are those of the child that reads.
"""

from __future__ import annotations

import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.attachments.bounded_reader import read_attachment
from pipelines.attachments.formats import Limits, is_html, kind_of, libreoffice_path, suffix_of
from policy.records.content import FileText
from tests import papers
from tests.programs import needs_libreoffice

pytestmark = pytest.mark.slow

SMALL = Limits(seconds=10, memory_mb=512, pages=50, characters=20_000, unpacked=5_000_000)


def lines(found: FileText) -> list[str]:
    return found.text.split("\n")


# ------------------------------------------------------------------ pdf


def test_broken_lines_of_a_pdf_are_paragraphs_again() -> None:
    found = read_attachment(papers.a_pdf(head="城市绿地养护"), "plan.pdf")
    assert (found.kind, found.status, found.pages, found.note) == ("pdf", "read", 1, None)
    assert lines(found) == ["城市绿地养护", "城市绿地养护实施方案", *papers.PLAN]


def test_running_heads_and_page_numbers_are_left_out_and_a_sentence_goes_on_over_the_page() -> None:
    long = [f"（{number}）{line}" for number in "一二三四五六七八九十" for line in papers.PLAN[2:5:2]]
    found = read_attachment(papers.a_pdf([*long, *papers.PLAN] * 3, head="某某委员会文件"), "plan.pdf")
    assert found.pages is not None
    assert found.pages >= 4
    assert "某某委员会文件" not in found.text
    assert not [line for line in lines(found) if line.startswith("—")]
    assert lines(found)[1:] == [*long, *papers.PLAN] * 3


def test_cells_of_a_table_are_a_line_each() -> None:
    rows = [["序号", "树种", "株数"], ["1", "银杏", "1204"], ["2", "国槐", "387"]]
    assert lines(read_attachment(papers.a_table(rows), "t.pdf")) == [cell for row in rows for cell in row]


def test_a_clause_cited_at_the_start_of_a_line_is_no_new_paragraph() -> None:
    clause = "第十二条 养护责任人发现古树名木长势衰弱、遭受损伤的，应当依照"
    text = f"{clause}第三十条的规定及时向所在地绿化主管部门报告，并采取必要的保护措施。"
    assert lines(read_attachment(papers.a_pdf([text]), "p.pdf"))[1:] == [text]


def test_a_scan_is_flagged() -> None:
    found = read_attachment(papers.a_scan(3), "scan.pdf")
    assert (found.status, found.pages, found.text) == ("scan", 3, "")


def test_an_owners_password_hides_no_words() -> None:
    assert read_attachment(papers.with_password(papers.a_pdf(), user=""), "p.pdf").status == "read"


def test_a_pdf_of_thousands_of_pages_is_read_up_to_the_limit() -> None:
    begun = time.monotonic()
    found = read_attachment(papers.empty_pages(3000), "p.pdf", SMALL)
    assert (found.pages, found.truncated) == (3000, True)
    long = read_attachment(papers.a_pdf([*papers.PLAN] * 200), "p.pdf", SMALL)
    assert (long.status, long.truncated, len(long.text) > 15_000) == ("read", True, True)
    assert time.monotonic() - begun < 20


# ------------------------------------------------------------------ office


def test_a_docx_is_its_paragraphs_and_cells_without_what_was_deleted() -> None:
    body = (
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>序号</w:t></w:r></w:p></w:tc>"
        "<w:tc><w:p><w:r><w:t>树种</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
        "<w:p><w:del><w:r><w:delText>六个月</w:delText></w:r></w:del><w:ins><w:r><w:t>三个月</w:t></w:r></w:ins></w:p>"
    )
    found = read_attachment(papers.a_docx(body=body), "plan.docx")
    assert lines(found) == [*papers.PLAN, "序号", "树种", "三个月"]


def test_what_a_docx_would_fetch_is_said_and_not_fetched() -> None:
    relations = "".join(
        f'<Relationship Id="{kind}" Type="http://x/{kind}" TargetMode="External" Target="http://127.0.0.1:9/x"/>'
        for kind in ("attachedTemplate", "image", "hyperlink")
    )
    found = read_attachment(papers.a_docx(relations=relations), "plan.docx")
    assert found.status == "read"
    assert found.note == "2 external references not followed (attachedTemplate, image)"


def test_a_sheet_is_its_cells_as_they_are_shown() -> None:
    row = (
        '<row><c t="s"><v>0</v></c><c t="inlineStr"><is><t>株数</t></is></c></row>'
        '<row><c s="1"><v>46082</v></c><c s="2"><v>0.125</v></c><c><v>12.5</v></c>'
        '<c t="s"><v>99</v></c></row>'
    )
    found = read_attachment(papers.an_xlsx(row, strings=("树种",)), "s.xlsx")
    assert lines(found) == ["汇总表", "树种", "株数", "2026-03-01", "12.5%", "12.5"]
    assert found.pages == 1, "a hidden sheet is not read"


def test_an_old_office_file_needs_libreoffice(soffice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(soffice.parent))
    found = read_attachment(papers.OLD_DOC, "old.doc")
    assert (found.kind, found.status) == ("doc", "unsupported")
    assert found.note is not None
    assert "LibreOffice" in found.note


@pytest.fixture
def soffice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A program of that name on the path; what it does is written into it by the test."""
    program = tmp_path / "bin" / "soffice"
    program.parent.mkdir()
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    from pipelines.attachments.bounded_reader import reader_version

    reader_version.cache_clear()
    yield program
    reader_version.cache_clear()


def _does(program: Path, script: str) -> None:
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_libreoffice_reads_old_files_with_macros_off_in_a_profile_of_its_own(
    soffice: Path, tmp_path: Path
) -> None:
    made = tmp_path / "made.docx"
    made.write_bytes(papers.a_docx())
    asked = tmp_path / "asked"
    _does(
        soffice, f'echo "$@" > {asked}; cat profile/user/*.xcu >> {asked}; mkdir out; cp {made} out/in.docx'
    )
    found = read_attachment(papers.OLD_DOC, "old.doc")
    assert (found.kind, found.status, lines(found)) == ("doc", "read", [*papers.PLAN])
    told = asked.read_text()
    assert "-env:UserInstallation=file:///" in told
    assert "--headless" in told
    assert "DisableMacrosExecution" in told
    assert found.reader.endswith("+office"), "what it could not read before is read again"


@needs_libreoffice
@pytest.mark.parametrize(
    ("kind", "name", "source", "expected"),
    [
        ("doc", "plan.rtf", papers.an_rtf(), [*papers.PLAN]),
        ("rtf", "plan.rtf", papers.an_rtf(), [*papers.PLAN]),
        ("xls", "plan.fods", papers.a_flat_ods([("单位", "甲区")], "汇总表"), ["汇总表", "单位", "甲区"]),
        ("ppt", "plan.fodp", papers.a_flat_odp(), [*papers.PLAN]),
    ],
    ids=["doc", "rtf", "xls", "ppt"],
)
def test_the_libreoffice_of_this_machine_reads_old_files(
    kind: str, name: str, source: bytes, expected: list[str], tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(source)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    made = ["--headless", "--convert-to", kind, "--outdir", str(tmp_path / "made"), str(tmp_path / name)]
    subprocess.run([str(libreoffice_path()), profile, *made], check=True, capture_output=True)
    found = read_attachment((tmp_path / "made" / f"plan.{kind}").read_bytes(), f"plan.{kind}")
    assert (found.kind, found.status, lines(found)) == (kind, "read", expected)


def test_a_libreoffice_that_hangs_is_ended(soffice: Path) -> None:
    _does(soffice, "sleep 600")
    begun = time.monotonic()
    found = read_attachment(papers.OLD_DOC, "old.doc", Limits(seconds=2))
    assert (found.status, found.note) == ("too_large", "LibreOffice took longer than 1.6 s")
    assert time.monotonic() - begun < 8


# ------------------------------------------------------------------ zip, ofd, text


def test_a_zip_is_its_files_below_their_names_and_no_path_leads_anywhere() -> None:
    inner = papers.a_zip({"x.txt": "不打开"})
    found = read_attachment(
        papers.a_zip(
            {"../../etc/方案.pdf": papers.a_pdf(), "a\\b/说明.txt": "汇总后报送。", "in.zip": inner}
        ),
        "all.zip",
    )
    assert lines(found) == ["方案.pdf", "城市绿地养护实施方案", *papers.PLAN, "说明.txt", "汇总后报送。"]
    assert found.note == "in.zip: packed once more: not opened"


def test_an_ofd_is_recognised_and_kept() -> None:
    found = read_attachment(papers.an_ofd(), "plan.ofd")
    assert (found.kind, found.status) == ("ofd", "unsupported")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_is_read_in_its_encoding(encoding: str) -> None:
    assert read_attachment("城市绿地\n养护办法".encode(encoding), "a.txt").text == "城市绿地\n养护办法"


def test_editors_contacts_are_taken_out_of_files_too() -> None:
    text = "绿化办公室负责解释。\n责任编辑：某某 电话：13800000000".encode()
    assert read_attachment(text, "a.txt").text == "绿化办公室负责解释。"


# ------------------------------------------------------------------ bad input

BOMB = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {name} '{f'&{before};' * 10}'>" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
OUTSIDE = "<!DOCTYPE x [<!ENTITY i SYSTEM 'file:///etc/passwd'>"


@pytest.mark.parametrize(
    ("body", "name", "status", "says"),
    [
        pytest.param(papers.with_password(papers.a_pdf()), "p.pdf", "encrypted", "password", id="password"),
        pytest.param(papers.a_pdf()[:900], "p.pdf", "unreadable", "damaged", id="truncated pdf"),
        pytest.param(papers.a_docx()[:-60], "p.docx", "unreadable", "damaged", id="truncated docx"),
        pytest.param(b"<!DOCTYPE html><html>", "p.pdf", "unreadable", "web page", id="html as pdf"),
        pytest.param(b"", "p.pdf", "unreadable", "no bytes", id="empty"),
        pytest.param(b"\0" * 5000, "p.pdf", "unreadable", "no kind", id="nothing known"),
        pytest.param(
            papers.a_zip({f"{n}.txt": b"0" * 6_000_000 for n in range(3)}),
            "z.zip",
            "too_large",
            "limit",
            id="zip bomb",
        ),
        pytest.param(
            papers.a_zip({"word/document.xml": b"<a>" + b" " * 8_000_000}),
            "d.docx",
            "too_large",
            "limit",
            id="docx bomb",
        ),
        pytest.param(
            papers.a_docx(("&i;",), head=f"{BOMB}]>"),
            "d.docx",
            "unreadable",
            "document type",
            id="billion laughs",
        ),
        pytest.param(
            papers.a_docx(("&i;",), head=f"{OUTSIDE}]>"), "d.docx", "unreadable", "document type", id="xxe"
        ),
        pytest.param(
            papers.a_zip({f"{n}": b"" for n in range(10_001)}),
            "z.zip",
            "too_large",
            "10000",
            id="many members",
        ),
        pytest.param(b"Rar!\x1a\x07\x00", "r.rar", "unsupported", "kept", id="rar"),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "x.xlsx",
            "encrypted",
            "password",
            id="encrypted office",
        ),
    ],
)
def test_a_bad_file_is_a_record_that_says_why(body: bytes, name: str, status: str, says: str) -> None:
    begun = time.monotonic()
    found = read_attachment(body, name, SMALL)
    assert (found.status, found.text) == (status, "")
    assert found.note is not None
    assert says in found.note
    assert time.monotonic() - begun < 10


def test_a_wrong_suffix_is_said_and_misleads_nobody() -> None:
    found = read_attachment(papers.a_docx(), "plan.pdf")
    assert (found.kind, found.status, found.note) == ("docx", "read", "named pdf, is docx")


def test_a_file_that_needs_too_much_is_ended() -> None:
    wide = papers.a_docx(body="<w:p><w:r><w:t>" + "字" * 50_000_000 + "</w:t></w:r></w:p>")
    found = read_attachment(wide, "wide.docx", Limits(seconds=20, memory_mb=160, unpacked=200_000_000))
    assert (found.status, found.note) == ("too_large", "needs more than 160 MB")
    slow = read_attachment(papers.a_pdf([*papers.PLAN] * 4000), "slow.pdf", Limits(seconds=1))
    assert (slow.status, slow.note) == ("too_large", "took longer than 1 s")


def test_a_name_is_never_a_path_and_never_breaks_the_command() -> None:
    for name in ("../../etc/passwd.txt", "a\0b.txt", "--help.txt", "长" * 5000 + ".txt"):
        assert read_attachment("办法".encode(), name).text == "办法", name


# ------------------------------------------------------------------ kinds


@pytest.mark.parametrize(
    ("body", "name", "kind"),
    [
        (b"%PDF-1.7", "", "pdf"),
        (b"\xef\xbb\xbf\r\n%PDF-1.4", "x.doc", "pdf"),
        (b"{\\rtf1", "x.doc", "rtf"),
        (b"\x89PNG\r\n", "x.pdf", "image"),
        (b"a,b", "x.csv?v=1", "csv"),
        (b"a,b", "x.pdf", "unknown"),
        (b"\n <!-- x --><HTML>", "x.pdf", "html"),
    ],
)
def test_the_kind_is_told_by_bytes(body: bytes, name: str, kind: str) -> None:
    assert kind_of(body, name) == kind


def test_a_pdf_is_no_web_page_and_suffixes_are_read_from_addresses() -> None:
    assert not is_html(papers.a_pdf())
    assert [suffix_of(each) for each in ("https://x.cn/a/P01.PDF?x=.doc#y", "x.cn", "附件.docx", ".pdf")] == [
        "pdf",
        "cn",
        "docx",
        "",
    ]
