from __future__ import annotations

import datetime as dt
import gzip
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]  # ships no types
import pytest
from attrs import evolve
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from policy.errors import TornCapture, UnreadableCapture
from policy.records import Capture
from storage.warc.compression import cut_torn, decode
from storage.warc.reader import TornTail, as_capture, load_response, read_payload, read_response, scan
from storage.warc.record_parser import FailedRequest, RecordLocation
from storage.warc.writer import CaptureWriter

NIGHT = dt.datetime(2026, 11, 23, 18, 30, 5, 123456, tzinfo=dt.UTC)
URL = "https://www.example.gov.cn/zwgk/202611/t20261123_1001.html"
PAGE = "<html><meta charset=utf-8><title>关于新型储能的通知</title><p>各省：请执行。</p></html>".encode()
HTML = [("Content-Type", "text/html; charset=utf-8")]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "captures"


@pytest.fixture
def writer(root: Path) -> Iterator[CaptureWriter]:
    with CaptureWriter(root, "ndrc", 7, now=NIGHT) as writer:
        yield writer


def keep(writer: CaptureWriter, url: str = URL, body: bytes = PAGE, **more: Any) -> Capture:
    return writer.write(**{"url": url, "status": 200, "headers": HTML, "body": body, "at": NIGHT, **more})


def test_a_run_writes_one_new_file_below_year_and_month(writer: CaptureWriter, root: Path) -> None:
    assert keep(writer).file == "2026/11/ndrc-20261123T183005Z-7.warc.gz"
    with pytest.raises(FileExistsError):
        CaptureWriter(root, "ndrc", 7, now=NIGHT)


def test_a_record_can_be_read_as_soon_as_it_is_written(writer: CaptureWriter, root: Path) -> None:
    capture = keep(writer, status=404, headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), *HTML])
    stored = read_response(root, capture)
    assert (stored.url, stored.method, stored.status, stored.at) == (URL, "GET", 404, NIGHT)
    assert stored.headers == (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), *HTML)
    assert (stored.body, stored.record_id, stored.digest) == (PAGE, capture.record_id, capture.digest)
    assert capture.mime == "text/html"


def test_a_request_without_an_answer_is_kept_with_the_reason_and_is_no_capture(
    writer: CaptureWriter, root: Path
) -> None:
    keep(writer)
    writer.fail(url=f"{URL}?2", reason="timeout", at=NIGHT, method="POST", request_body=b"page=2")
    lost: list[FailedRequest] = []
    assert [record.url for record in scan(root, unanswered=lost.append)] == [URL]
    asked = FailedRequest(url=f"{URL}?2", at=NIGHT, reason="timeout", method="POST", request_body=b"page=2")
    assert lost == [asked]
    with writer.path.open("rb") as stream:
        kinds = [record.rec_type for record in ArchiveIterator(stream)]
    assert kinds == ["warcinfo", "response", "request", "metadata", "request"], "other tools read it"


def test_a_capture_says_where_its_gzip_member_begins_and_ends(writer: CaptureWriter, root: Path) -> None:
    keep(writer)
    capture = keep(writer, f"{URL}?2", b"another")
    raw = (root / capture.file).read_bytes()
    assert b"another" in gzip.decompress(raw[capture.offset : capture.offset + capture.length])


def test_other_tools_read_what_we_wrote(writer: CaptureWriter) -> None:
    keep(writer, ip="203.0.113.9", method="POST", request_body=b"page=1")
    keep(writer)
    with writer.path.open("rb") as stream:
        records = [
            (each.rec_type, each.rec_headers) for each in ArchiveIterator(stream, check_digests="raise")
        ]
    assert [kind for kind, _ in records] == ["warcinfo", "response", "request", "revisit", "request"]
    response, request, revisit = (headers for _, headers in records[1:4])
    assert response["WARC-IP-Address"] == "203.0.113.9"
    assert request["WARC-Concurrent-To"] == response["WARC-Record-ID"] == revisit["WARC-Refers-To"]
    assert revisit["WARC-Refers-To-Date"] == response["WARC-Date"] == "2026-11-23T18:30:05.123456Z"


def test_the_file_states_what_is_not_byte_exact(writer: CaptureWriter) -> None:
    with writer.path.open("rb") as stream:
        about = next(iter(ArchiveIterator(stream))).content_stream().read().decode()
    assert "Not byte-exact" in about


def test_transfer_encoding_is_left_out_and_line_breaks_in_headers_do_not_forge_others(
    writer: CaptureWriter, root: Path
) -> None:
    sent = [("Transfer-Encoding", "chunked"), ("X-A", "1\r\nX-B: 2"), (b"X-Name", "储能".encode("gbk"))]
    headers = dict(read_response(root, keep(writer, headers=sent)).headers)
    assert headers == {"X-A": "1 X-B: 2", "X-Name": "储能".encode("gbk").decode("latin-1")}


def test_the_request_is_kept_with_its_method_and_body(writer: CaptureWriter, root: Path) -> None:
    stored = read_response(root, keep(writer, method="POST", request_body="q=储能".encode()))
    assert (stored.method, stored.request_body) == ("POST", "q=储能".encode())


def test_a_payload_of_another_night_becomes_a_revisit_that_reads_the_same(root: Path) -> None:
    with CaptureWriter(root, "ndrc", 1, now=NIGHT) as first:
        original = keep(first)
    with CaptureWriter(root, "ndrc", 2, now=NIGHT, find_payload={original.digest: original}.get) as second:
        again = keep(second, at=NIGHT + dt.timedelta(days=1), headers=[*HTML, ("Age", "9")])
    stored = read_response(root, again)
    assert (stored.body, stored.refers_to, again.digest) == (PAGE, original.record_id, original.digest)
    assert ("Age", "9") in stored.headers
    assert stored.at == NIGHT + dt.timedelta(days=1)


def test_an_empty_payload_is_never_a_revisit(writer: CaptureWriter, root: Path) -> None:
    keep(writer, body=b"", status=302)
    assert read_response(root, keep(writer, body=b"", status=304)).refers_to is None


def test_a_revisit_of_a_revisit_refers_to_the_first(root: Path) -> None:
    captures: list[Capture] = []
    for run in (1, 2, 3):
        known = {capture.digest: capture for capture in captures}
        with CaptureWriter(root, "ndrc", run, now=NIGHT, find_payload=known.get) as writer:
            captures.append(keep(writer))
    assert [read_response(root, capture).body for capture in captures] == [PAGE] * 3
    assert read_response(root, captures[2]).refers_to == captures[0].record_id


@pytest.mark.parametrize("loss", ["gone", "damaged", "other payload"])
def test_a_payload_that_was_lost_is_kept_again(root: Path, loss: str) -> None:
    with CaptureWriter(root, "ndrc", 1, now=NIGHT) as first:
        original = keep(first, body=b"other" if loss == "other payload" else PAGE)
    if loss == "gone":
        first.path.unlink()
    if loss == "damaged":
        raw = bytearray(first.path.read_bytes())
        raw[original.offset + original.length // 2] ^= 0xFF
        first.path.write_bytes(raw)
    with CaptureWriter(root, "ndrc", 2, now=NIGHT, find_payload=lambda _: original) as second:
        again = keep(second)
    assert read_response(root, again).body == PAGE
    assert read_response(root, again).refers_to is None


def test_a_revisit_whose_original_moved_is_found_by_its_digest(root: Path) -> None:
    with CaptureWriter(root, "ndrc", 1, now=NIGHT) as first:
        original = keep(first)
    with CaptureWriter(root, "ndrc", 2, now=NIGHT, find_payload={original.digest: original}.get) as second:
        again = keep(second)
    (root / original.file).rename(root / "moved.warc.gz")
    moved = evolve(original, file="moved.warc.gz")
    assert read_response(root, again, find_payload={moved.digest: moved}.get).body == PAGE
    with pytest.raises(UnreadableCapture, match="not in the archive"):
        read_response(root, again, find_payload={again.digest: again}.get)


@given(st.binary(max_size=3000), st.integers(200, 599))
def test_any_body_comes_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, status: int
) -> None:
    root = tmp_path_factory.mktemp("captures")
    with CaptureWriter(root, "x", 1, now=NIGHT) as writer:
        captures = [keep(writer, body=body, status=status), keep(writer, f"{URL}#2", body)]
    assert [read_response(root, capture).body for capture in captures] == [body, body]
    assert [record.capture(captures[0].file) for record in scan(root)] == captures


# ------------------------------------------------------------------ codings

CODED = {
    "gzip": gzip.compress(PAGE),
    "x-gzip": gzip.compress(PAGE[:20]) + gzip.compress(PAGE[20:]) + bytes(8),
    "deflate": zlib.compress(PAGE),
    "Deflate": zlib.compress(PAGE, wbits=-15),
    "br": brotli.compress(PAGE),
    "zstd": zstd.compress(PAGE),
    "deflate, gzip": gzip.compress(zlib.compress(PAGE)),
    "identity": PAGE,
}


@pytest.mark.parametrize("coding", CODED)
def test_a_coded_body_is_stored_as_received_and_decoded_on_demand(
    writer: CaptureWriter, root: Path, coding: str
) -> None:
    capture = keep(writer, body=CODED[coding], headers=[*HTML, ("Content-Encoding", coding)])
    assert read_response(root, capture).body == CODED[coding]
    assert read_payload(root, capture, 10_000).body == PAGE
    assert read_payload(root, capture, 10_000).content_type == "text/html; charset=utf-8"


@pytest.mark.parametrize("coding", CODED)
def test_decoding_stops_at_the_limit(coding: str) -> None:
    headers = [("content-encoding", coding)]
    assert decode(headers, CODED[coding], len(PAGE)) == PAGE
    with pytest.raises(UnreadableCapture, match="larger than"):
        decode(headers, CODED[coding], len(PAGE) - 1)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_cut_off_body_is_an_error_not_half_a_page(coding: str) -> None:
    with pytest.raises(UnreadableCapture):
        decode([("Content-Encoding", coding)], CODED[coding][:-9], 10_000)


@pytest.mark.parametrize("pack", [gzip.compress, brotli.compress, zstd.compress])
def test_a_bomb_does_not_go_off(pack: Callable[[bytes], bytes]) -> None:
    coding = {gzip.compress: "gzip", brotli.compress: "br", zstd.compress: "zstd"}[pack]
    with pytest.raises(UnreadableCapture, match="larger than 1000000 bytes"):
        decode([("Content-Encoding", coding)], pack(bytes(30_000_000)), 1_000_000)


def test_a_body_of_a_hundred_thousand_gzip_members_takes_no_time() -> None:
    assert decode([("Content-Encoding", "gzip")], gzip.compress(b"") * 100_000, 1000) == b""


def test_an_unknown_coding_is_named(writer: CaptureWriter, root: Path) -> None:
    capture = keep(writer, headers=[("Content-Encoding", "compress")])
    with pytest.raises(UnreadableCapture, match=r"ndrc.*t20261123_1001.*'compress' is unknown"):
        read_payload(root, capture, 1000)


# ------------------------------------------------------------------ torn files


@pytest.fixture
def three(root: Path) -> tuple[Path, list[Capture]]:
    with CaptureWriter(root, "ndrc", 1, now=NIGHT) as writer:
        captures = [keep(writer, f"{URL}?{n}", PAGE * n) for n in (1, 2, 3)]
    return writer.path, captures


def test_wherever_a_run_is_killed_what_was_written_whole_is_read_and_the_rest_is_cut(
    three: tuple[Path, list[Capture]], root: Path
) -> None:
    path, captures = three
    whole = path.read_bytes()
    for size in range(0, len(whole), 7):
        path.write_bytes(whole[:size])
        kept = [capture for capture in captures if capture.offset + capture.length <= size]
        warnings: list[TornTail] = []
        assert [record.url for record in scan(path, torn=warnings.append)] == [
            capture.url for capture in kept
        ]
        for capture in captures[len(kept) :]:
            with pytest.raises(TornCapture):
                read_response(root, capture)
        lost = sum(torn.lost for torn in warnings)
        assert cut_torn(path) == lost
        assert path.stat().st_size == size - lost
        assert cut_torn(path) == 0
        assert not [*warnings[1:]]
        assert all(read_response(root, capture).body for capture in kept)


def test_damage_in_the_middle_is_told_not_skipped(three: tuple[Path, list[Capture]]) -> None:
    path, captures = three
    raw = bytearray(path.read_bytes())
    raw[captures[1].offset + 40] ^= 0xFF
    path.write_bytes(raw)
    warnings: list[TornTail] = []
    assert [record.url for record in scan(path, torn=warnings.append)] == [captures[0].url]
    assert warnings[0].offset == captures[1].offset
    assert "damaged" in warnings[0].message


def test_a_torn_tail_is_logged_when_nobody_asks(
    three: tuple[Path, list[Capture]], caplog: pytest.LogCaptureFixture
) -> None:
    path, _ = three
    path.write_bytes(path.read_bytes()[:-5])
    assert len(list(scan(path))) == 3
    assert "cut off" in caplog.text


def test_a_write_that_fails_leaves_no_torn_record_behind(writer: CaptureWriter, root: Path) -> None:
    class Full(BytesIO):
        def write(self, chunk: Any, /) -> int:
            if self.tell() > 100:
                raise OSError(28, "No space left on device")
            return super().write(bytes(chunk[:101]))

    keep(writer)
    size = writer.path.stat().st_size
    disk, writer._stream = writer._stream, Full()  # type: ignore[assignment]
    with pytest.raises(OSError, match="No space"):
        keep(writer, f"{URL}?2")
    assert writer._stream.getvalue() == b""  # type: ignore[attr-defined]
    writer._stream = disk
    assert writer.path.stat().st_size == size


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize("file", ["../x.warc.gz", "/etc/passwd", "a/../../x", "a\0b"])
def test_a_file_name_never_leads_out_of_the_captures(root: Path, file: str) -> None:
    root.mkdir()
    (root.parent / "x.warc.gz").write_bytes(gzip.compress(b"WARC/1.1\r\n\r\n"))
    with pytest.raises(UnreadableCapture, match=r"not below|not a name"):
        read_response(root, RecordLocation(file=file, offset=0))


def test_a_link_out_of_the_captures_is_refused(root: Path, tmp_path: Path) -> None:
    root.mkdir()
    (tmp_path / "secret").write_text("x")
    (root / "link.warc.gz").symlink_to(tmp_path / "secret")
    with pytest.raises(UnreadableCapture, match="not below"):
        read_response(root, RecordLocation(file="link.warc.gz", offset=0))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"<html>no archive</html>", id="html"),
        pytest.param(gzip.compress(b"<html>no archive</html>"), id="packed html"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(100), id="image"),
        pytest.param(b"\x1f\x8b" + bytes(100), id="broken gzip"),
    ],
)
def test_what_is_no_warc_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "page.warc.gz"
    path.write_bytes(content)
    with pytest.raises(UnreadableCapture, match=r"page\.warc\.gz: not a WARC"):
        list(scan([path]))
    with pytest.raises(UnreadableCapture, match="not a WARC"):
        cut_torn(path)
    assert path.read_bytes() == content


def test_a_folder_without_archives_and_a_missing_capture_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableCapture, match="no WARC file here"):
        list(scan(tmp_path))
    with pytest.raises(UnreadableCapture, match=r"gone\.warc\.gz: No such file"):
        read_response(tmp_path, RecordLocation(file="gone.warc.gz", offset=0))


def test_a_request_is_no_response(writer: CaptureWriter, root: Path) -> None:
    capture = keep(writer)
    with pytest.raises(UnreadableCapture, match="no response at byte"):
        read_response(root, RecordLocation(file=capture.file, offset=capture.offset + capture.length))


# ------------------------------------------------------------------ archives of other tools


def foreign(path: Path, *, packed: bool = True, version: str = "1.0") -> Path:
    """What warcio writes: the response first, the request pointing at it."""
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=packed, warc_version=version)
        head = StatusAndHeaders("200 OK", [*HTML, ("Transfer-Encoding", "chunked")], protocol="HTTP/1.0")
        response = writer.create_warc_record(
            URL, "response", payload=BytesIO(PAGE), length=len(PAGE), http_headers=head
        )
        asked = StatusAndHeaders("POST /x HTTP/1.1", [("Host", "x")], is_http_request=True)
        request = writer.create_warc_record(
            URL, "request", payload=BytesIO(b"q=1"), length=3, http_headers=asked
        )
        writer.write_request_response_pair(request, response)
    return path


WGET = (
    "WARC/1.0\r\nWARC-Type: request\r\nWARC-Target-URI: <{url}>\r\nWARC-Date: 2026-11-20T01:02:03Z\r\n"
    "WARC-Record-ID: <urn:uuid:1>\r\nContent-Length: {asked_length}\r\n\r\n{asked}\r\n\r\n"
    "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:2>\r\nWARC-Concurrent-To: <urn:uuid:1>\r\n"
    "WARC-Target-URI: <{url}>\r\nWARC-Date: 2026-11-20T01:02:03Z\r\n"
    "Content-Length: {length}\r\n\r\n{answer}\r\n\r\n"
)


def wget(path: Path, answer: str) -> Path:
    asked = "HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n"
    text = WGET.format(
        url=URL, asked=asked, asked_length=len(asked.encode()), answer=answer, length=len(answer.encode())
    )
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize("packed", [True, False], ids=["packed", "plain"])
def test_archives_of_warcio_are_read_with_their_requests(tmp_path: Path, packed: bool) -> None:
    (record,) = scan(foreign(tmp_path / "other.warc", packed=packed))
    stored = load_response(record)
    assert (record.url, record.method, record.request_body) == (URL, "POST", b"q=1")
    assert (stored.body, stored.headers) == (PAGE, tuple(HTML))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("4\r\nabcd\r\n3;x=y\r\n通\r\n0\r\n\r\n", "abcd通", id="chunked"),
        pytest.param("abcd通", "abcd通", id="already dechunked"),
        pytest.param("3\r\nabcd is a line", "3\r\nabcd is a line", id="looks chunked but is not"),
    ],
)
def test_archives_of_wget_are_read(tmp_path: Path, body: str, expected: str) -> None:
    answer = f"HTTP/1.1 200 OK\nContent-Type: text/html\nTransfer-Encoding: chunked\n\n{body}"
    (record,) = scan([wget(tmp_path / "wget.warc", answer)])
    assert (record.method, record.url, record.at.year) == ("HEAD", URL, 2026)
    assert load_response(record).body.decode() == expected


def test_an_answer_without_a_status_line_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        UnreadableCapture, match=r"wget\.warc: the response at byte \d+ has no HTTP status line"
    ):
        list(scan(wget(tmp_path / "wget.warc", "<html>page only</html>")))


def test_a_plain_archive_that_ends_torn_is_read_up_to_there(tmp_path: Path) -> None:
    path = foreign(tmp_path / "other.warc", packed=False)
    whole = path.read_bytes()
    with path.open("ab") as stream:
        stream.write(whole[:-50])
    warnings: list[TornTail] = []
    assert len(list(scan(path, torn=warnings.append))) == 2
    assert len(warnings) == 1


def test_one_member_around_the_whole_file_is_named(tmp_path: Path) -> None:
    plain = foreign(tmp_path / "other.warc", packed=False).read_bytes()
    (tmp_path / "one.warc.gz").write_bytes(gzip.compress(plain))
    with pytest.raises(UnreadableCapture, match=r"one\.warc\.gz: several records in one gzip member"):
        list(scan(tmp_path / "one.warc.gz"))


@pytest.mark.parametrize("packed", [True, False], ids=["packed", "plain"])
def test_foreign_records_are_copied_unchanged_and_once(
    writer: CaptureWriter, root: Path, tmp_path: Path, packed: bool
) -> None:
    path = foreign(tmp_path / "other.warc", packed=packed)
    (record,) = scan(path)
    capture = writer.copy(record)
    assert writer.copy(record) == capture
    stored = read_response(root, capture)
    assert (stored.body, stored.method, stored.request_body) == (PAGE, "POST", b"q=1")
    assert (capture.record_id, capture.digest, capture.at) == (record.record_id, record.digest, record.at)
    if packed:
        raw = (root / capture.file).read_bytes()
        assert raw[capture.offset : capture.offset + capture.length] == path.read_bytes()[: record.length]


def test_records_of_the_archive_itself_are_referred_to(
    writer: CaptureWriter, root: Path, tmp_path: Path
) -> None:
    capture = keep(writer)
    assert [as_capture(record, root) for record in scan(root)] == [capture]
    (record,) = scan(foreign(tmp_path / "other.warc"))
    assert as_capture(record, root) is None


def test_a_scanned_revisit_is_loaded_from_its_original(writer: CaptureWriter, root: Path) -> None:
    keep(writer)
    keep(writer)
    original, revisit = scan(root)
    assert revisit.refers_to == original.record_id
    assert load_response(revisit, find_record={original.digest: original}.get).body == PAGE
    with pytest.raises(UnreadableCapture, match="not there"):
        load_response(revisit)
