"""What polarchive.toml may say, and how an error names its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given, settings
from hypothesis import strategies as st

from config import Config, Schedule, find_home, line_of, load
from policy.errors import ConfigError

EXAMPLE = Path(__file__).parent.parent / "polarchive.example.toml"


def write(home: Path, text: str) -> Path:
    (home / "polarchive.toml").write_text(text, encoding="utf-8")
    return home


def test_a_home_without_a_file_has_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path, {}) == Config(home=tmp_path)


def test_every_key_is_read(tmp_path: Path) -> None:
    text = """
        contact = "ops@example.org"
        [crawl]
        delay = 2
        [network]
        allow = ["127.0.0.1:8000", "[::1]:80"]
        connect = { "https://www.example.cn" = "http://127.0.0.1:8000" }
        [schedule]
        cron = "*/15 2-4 * * mon-fri,sun"
        [mail]
        host = "mail.example.org"
        [portals.bjx]
        enabled = false
        cron = "0 5 1 jan-jun *"
    """
    config = load(write(tmp_path, text), {})
    assert config.crawl.delay == 2.0
    assert config.network.connect == {"https://www.example.cn": "http://127.0.0.1:8000"}
    assert not config.portals["bjx"].enabled
    assert config.schedule_of("bjx").cron == "0 5 1 jan-jun *"
    assert config.schedule_of("ndrc") is config.schedule


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("contatc = 'x'", "1: contatc", "unknown key; known here: alerts, attachments, backfill"),
        ("\n[crawl]\n\ndelay = -1", "4: crawl.delay", "at least 0"),
        ("[crawl]\ndelay = 'fast'", "2: crawl.delay", "expected a number, found 'fast'"),
        ("[crawl]\ndelay = nan", "2: crawl.delay", "at least 0"),
        ("[crawl]\nconcurrency = true", "2: crawl.concurrency", "expected a whole number"),
        ("crawl.concurrency = 0", "1: crawl.concurrency", "at least 1"),
        ("crawl = 3", "1: crawl", "expected a table"),
        ("# why\n[schedule]\ncron = '0 2 * * 1'", "3: schedule.cron", "names from mon to sun"),
        ("[schedule]\ncron = '0 2 * * xyz-fri'", "2: schedule.cron", "names from mon to sun"),
        ("[schedule]\ncron = '0 2 * *'", "2: schedule.cron", "expected five fields"),
        ("[schedule]\ncron = '60 2 * * *'", "2: schedule.cron", "minute '60'"),
        ("[schedule]\ncron = '0 24 * * *'", "2: schedule.cron", "hour '24'"),
        ("[schedule]\ncron = '0 0 31 feb,apr *'", "2: schedule.cron", "never happens"),
        ("[schedule]\ncron = '@daily'", "2: schedule.cron", "five fields"),
        ("[schedule]\ntimezone = 'Asia/Peking City'", "2: schedule.timezone", "no such time zone"),
        ("[schedule]\nspread_minutes = 60\ngrace_hours = 1", "1: schedule", "shorter than grace_hours"),
        ("[portals.bjx]\nenabled = true\ncron = '0 2 * * 0-6'", "3: portals.bjx.cron", "not numbers"),
        ("[portals]\nbjx.colour = 1", "2: portals.bjx.colour", "unknown key"),
        ("[network]\nallow = ['127.0.0.1']", "2: network.allow", "host:port"),
        ("[network]\nallow = ['a:70000']", "2: network.allow", "host:port"),
        ("[network]\nallow = 'a:7'", "2: network.allow", "expected a list"),
        (
            "[network.connect]\n'http://a.cn' = 'http://b'\n'a.cn' = 'http://b'",
            "3: network.connect.a.cn",
            "http",
        ),
        (
            "[network.connect]\n'http://a.cn' = 'http://b:1/path'",
            "2: network.connect.http://a.cn",
            "without a path",
        ),
        ("[mail]\nport = 0", "2: mail.port", "at least 1"),
        ("[mail]\nsender = 'no one'", "2: mail.sender", "mail address"),
        ("[attachments]\nkinds = ['pdf', 'exe']", "2: attachments.kinds", "'exe' is none of pdf"),
        ("[attachments]\nmax_bytes = 0", "2: attachments.max_bytes", "more than 0"),
        ("[portals.ndrc]\nattachments = 'no'", "2: portals.ndrc.attachments", "true or false"),
        ("contact = 'call me'", "1: contact", "mail or web address"),
        ("home = '/elsewhere'", "1: home", "--home"),
        ("portal_packages = ['my portals']", "1: portal_packages", "not the name of a package"),
    ],
    ids=lambda value: value.replace("\n", " ")[:40],
)
def test_an_error_names_file_line_and_key(tmp_path: Path, text: str, place: str, says: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(write(tmp_path, text), {})
    assert f"polarchive.toml:{place}: " in str(error.value)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("contact = 'a@b'\n[crawl\n", "2: Expected"),
        ("[crawl]\n\ndelay = fast\n", "3: delay: Invalid value"),
        ("[crawl]\ndelay = ", "2: delay: Invalid value"),
        ("contact = 'a@b'\ncontact = 'c@d'", "2: contact: Cannot overwrite"),
        ("=", "1: Invalid"),
    ],
)
def test_a_file_that_is_not_toml_names_the_line_and_its_key(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(ConfigError, match=rf"polarchive\.toml:{place}"):
        load(write(tmp_path, text), {})


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "polarchive.toml").write_bytes("contact = '北极星'".encode("gb18030"))
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path, {})


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "polarchive.toml").write_bytes(b"\xef\xbb\xbfcontact = 'a@b'")
    assert load(tmp_path, {}).contact == "a@b"


def test_the_home_is_taken_from_the_option_then_the_environment(tmp_path: Path) -> None:
    assert find_home(tmp_path / "a", {"POLARCHIVE_HOME": str(tmp_path / "b")}) == tmp_path / "a"
    assert find_home(None, {"POLARCHIVE_HOME": str(tmp_path / "b")}) == tmp_path / "b"
    assert find_home(None, {}) == EXAMPLE.parent / "archive"


def test_secrets_come_from_the_environment_and_are_not_shown(tmp_path: Path) -> None:
    environ = {"POLARCHIVE_SMTP_PASSWORD": "geheim", "POLARCHIVE_DATABASE": "postgresql://u:geheim@db/x"}
    config = load(tmp_path, environ)
    assert (config.channels["email"].password, config.database_url) == (
        "geheim",
        "postgresql://u:geheim@db/x",
    )
    assert "geheim" not in repr(config)


@pytest.mark.parametrize("text", ["database = 'mysql://u:geheim@db'", "[mail]\npassword = ['geheim']"])
def test_an_error_does_not_repeat_a_secret(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(write(tmp_path, text), {})
    assert "geheim" not in str(error.value)


def test_the_example_shows_the_defaults(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").partition("# [portals.ndrc]")[0]
    shown = re.sub(r"^# (?=\w+ = )", "", text, flags=re.MULTILINE)
    assert shown.count("\n# ") < text.count("\n# ")
    assert load(write(tmp_path, shown), {}) == load(write(tmp_path, text), {}) == Config(home=tmp_path)


def test_the_example_of_a_portal_can_be_read(tmp_path: Path) -> None:
    portal = EXAMPLE.read_text(encoding="utf-8").partition("# [portals.ndrc]")
    settings = re.sub(r"^# ", "", "".join(portal[1:]), flags=re.MULTILINE)
    config = load(write(tmp_path, settings), {})
    assert config.schedule_of("ndrc").cron == "0 3 * * mon-fri"


def test_the_line_of_a_table_is_found(tmp_path: Path) -> None:
    file = write(tmp_path, "# a\n\n[portals.bjx]\nenabled = true\n") / "polarchive.toml"
    assert line_of(file, ("portals", "bjx")) == 3


_NUMBER = st.integers(0, 62).map(str)
_ITEM = st.one_of(
    st.sampled_from(["*", "mon", "mon-fri", "fri-mon", "sun", "feb", "jan-mar", "*/7", "x", ""]),
    _NUMBER,
    st.tuples(_NUMBER, _NUMBER).map("-".join),
    st.tuples(_NUMBER, _NUMBER, _NUMBER).map(lambda n: f"{n[0]}-{n[1]}/{n[2]}"),
)


@settings(deadline=None)
@given(st.lists(st.lists(_ITEM, min_size=1, max_size=2).map(",".join), min_size=5, max_size=5).map(" ".join))
def test_every_cron_we_accept_is_accepted_by_the_clock(cron: str) -> None:
    try:
        Schedule(cron=cron)
    except ValueError:
        return
    CronTrigger.from_crontab(cron, timezone="Asia/Shanghai")
