"""A channel is a module and its registration: configured, subscribed to and delivered on like mail.

The second channel here posts JSON to a server on loopback, which answers as group chats do: it reports a
rejected message with status 200 and an error in the body.
"""

from __future__ import annotations

import datetime as dt
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
from attrs import field, frozen

from alerts import outbox
from alerts.channels import CHANNELS
from alerts.channels.base import Channel, ChannelUnavailable, DeliveryFailed, DeliveryRejected, Message
from config import Config, load
from policy.errors import BadAddress, ConfigError
from policy.records.saves import SaveResult
from services import consumers
from storage.database import Database
from storage.deliveries import Subscription
from storage.tables import DeliveryRow
from tests.alerts.conftest import Mailbox, free_port
from tests.storage.builders import NIGHT

Subscribe = Callable[..., Subscription]
Publish = Callable[..., SaveResult]
Follow = Callable[[], int]
MINUTE = dt.timedelta(minutes=1)


@frozen(kw_only=True)
class RoomChannel:
    """Posts messages to rooms of a chat server. An address is the name of a room."""

    table: ClassVar[str] = "rooms"
    environment: ClassVar[Mapping[str, str]] = {"token": "ROOMS_TOKEN"}

    server: str = ""
    token: str = field(default="", repr=False)

    @property
    def missing_key(self) -> str | None:
        return None if self.server else "rooms.server"

    @staticmethod
    def normalise_address(address: str) -> str:
        if not address.removeprefix("#").isalnum():
            raise BadAddress(f"{address!r} is not the name of a room")
        return "#" + address.removeprefix("#")

    def send(self, address: str, message: Message, *, message_id: str) -> None:
        words = {"room": address, "text": f"{message.subject}\n\n{message.body}", "id": message_id}
        request = urllib.request.Request(
            self.server, json.dumps(words).encode(), {"Authorization": self.token}
        )
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                answer = json.load(response)
        except OSError as error:
            raise ChannelUnavailable(f"{self.server}: {error}") from error
        if code := answer["errcode"]:
            raise (DeliveryRejected if code == 404 else DeliveryFailed)(f"{self.server}: {answer['errmsg']}")


CHANNELS_WITH_ROOMS: Mapping[str, type[Channel]] = {**CHANNELS, "room": RoomChannel}


class ChatServer(ThreadingHTTPServer):
    """Keeps what is posted; ``answers`` are the error codes of the next answers, the last one for ever."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers, self.posted = [0], list[dict[str, Any]]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


class _Handler(BaseHTTPRequestHandler):
    server: ChatServer

    def do_POST(self) -> None:
        posted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        code = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        if not code:
            self.server.posted.append(posted | {"token": self.headers["Authorization"]})
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"errcode": code, "errmsg": f"error {code}"}).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name in http.server
        """Nothing on the terminal."""


@pytest.fixture
def chat() -> Iterator[ChatServer]:
    with ChatServer() as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()


def config_of(home: Path, text: str) -> Config:
    (home / "polarchive.toml").write_text(text, "utf-8")
    return load(home, {"ROOMS_TOKEN": "geheim"}, CHANNELS_WITH_ROOMS)


@pytest.fixture
def pending(subscribe: Subscribe, publish: Publish, follow: Follow) -> None:
    """One policy for a room, and for a mailbox."""
    subscribe("储能", "policy", channel="room", channels=CHANNELS_WITH_ROOMS)
    subscribe("储能")
    publish()
    assert follow() == 2


def send(config: Config, database: Database, now: dt.datetime = NIGHT) -> outbox.SendResult:
    return consumers.send_messages(config, database, lambda: now)


def states(database: Database) -> list[str]:
    with database.read() as session:
        return [session.get_one(DeliveryRow, number).state for number in (1, 2)]


@pytest.mark.usefixtures("pending")
def test_every_message_goes_by_the_channel_of_its_subscription(
    database: Database, server: Any, mailbox: Mailbox, chat: ChatServer, tmp_path: Path
) -> None:
    config = config_of(
        tmp_path, f'[rooms]\nserver = "{chat.url}"\n[mail]\nhost = "127.0.0.1"\nport = {server.port}\n'
    )
    assert send(config, database) == outbox.SendResult(sent=2)
    [posted] = chat.posted
    assert (posted["room"], posted["token"]) == ("#policy", "geheim")
    assert posted["text"].startswith("【政策】关于推进储能应用的通知\n")
    assert mailbox.recipients == ["reader@example.org"]


@pytest.mark.usefixtures("pending")
def test_a_message_waits_until_its_channel_is_configured(
    database: Database, chat: ChatServer, tmp_path: Path
) -> None:
    config = config_of(tmp_path, f'[rooms]\nserver = "{chat.url}"\n')
    assert send(config, database) == outbox.SendResult(sent=1, waiting=1)
    assert states(database) == ["sent", "pending"]
    assert consumers.blocked_messages(config, database) == {
        f"mail.host is not set in {tmp_path}/polarchive.toml": 1
    }


@pytest.mark.usefixtures("pending")
def test_messages_for_a_channel_that_is_no_longer_registered_wait(database: Database, tmp_path: Path) -> None:
    config = load(tmp_path, {})
    assert send(config, database).waiting == 2
    assert "there is no channel room" in consumers.blocked_messages(config, database)


@pytest.mark.usefixtures("pending")
def test_an_unavailable_channel_does_not_hold_up_the_others(
    database: Database, server: Any, mailbox: Mailbox, tmp_path: Path
) -> None:
    config = config_of(
        tmp_path,
        f'[rooms]\nserver = "http://127.0.0.1:{free_port()}/"\n'
        f'[mail]\nhost = "127.0.0.1"\nport = {server.port}\n',
    )
    result = send(config, database)
    assert (result.sent, result.put_off, result.waiting) == (1, 1, 1)
    assert states(database) == ["failed", "sent"]
    assert len(mailbox.messages) == 1


@pytest.mark.usefixtures("pending")
def test_the_error_of_a_night_names_the_channel_that_failed(
    database: Database, server: Any, mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no such room")

    before = consumers.ConsumerResults(errors=("index: full",))
    monkeypatch.setattr(RoomChannel, "send", fail)
    monkeypatch.setattr(consumers, "run_consumers", lambda *_: before)
    mail = f'[mail]\nhost = "127.0.0.1"\nport = {server.port}\n'
    config = config_of(tmp_path, f'[rooms]\nserver = "http://a.example/"\n{mail}')
    results = consumers.run_and_send(config, database, lambda: NIGHT)
    assert results.errors == ("index: full", "room: no such room")
    assert (results.sent.sent, results.sent.waiting) == (1, 1)
    assert mailbox.recipients == ["reader@example.org"]


@pytest.mark.usefixtures("pending")
def test_a_failure_in_the_body_of_the_answer_is_tried_again_or_given_up(
    database: Database, chat: ChatServer, tmp_path: Path
) -> None:
    config = config_of(tmp_path, f'[rooms]\nserver = "{chat.url}"\n')
    chat.answers = [429, 404]
    assert send(config, database).put_off == 1
    assert states(database)[0] == "failed"
    assert send(config, database, NIGHT + 3 * MINUTE).given_up == 1
    assert states(database)[0] == "dead"
    assert chat.posted == []


def test_an_address_is_checked_and_normalised_by_its_channel(subscribe: Subscribe) -> None:
    made = subscribe("储能", "policy", channel="room", channels=CHANNELS_WITH_ROOMS)
    assert (made.channel, made.address) == ("room", "#policy")
    with pytest.raises(BadAddress, match="name of a room"):
        subscribe("储能", "reader@example.org", channel="room", channels=CHANNELS_WITH_ROOMS)


def test_the_keys_of_a_channel_are_checked_like_all_others(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"toml:2: rooms\.port: unknown key; known here: server, token"):
        config_of(tmp_path, "[rooms]\nport = 1\n")
    with pytest.raises(ConfigError, match=r"toml:1: room: unknown key; known here: .*mail, .*rooms"):
        config_of(tmp_path, "[room]\n")
    with pytest.raises(ConfigError, match="toml:1: channels: unknown key"):
        config_of(tmp_path, "[channels]\n")
    with pytest.raises(ConfigError) as error:
        config_of(tmp_path, "[rooms]\ntoken = ['geheim']\n")
    assert "geheim" not in str(error.value)


@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_a_registered_channel_exists_without_settings(name: str) -> None:
    channel = CHANNELS[name]()
    assert channel.missing_key is not None
    assert channel.missing_key.startswith(f"{channel.table}.")
