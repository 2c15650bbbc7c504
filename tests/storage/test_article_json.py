"""An article comes back from its JSON as it was, and so does one that an older release wrote."""

from __future__ import annotations

import json

import attrs

from policy.documents.issuers import split_issuers
from policy.documents.topics import topics
from policy.records import Conflict, FieldValue
from policy.records.content import Statement, Topics
from storage import rows
from tests.storage.builders import an_article

SINCE_THE_FIRST_RELEASE = ("editor", "addressees", "statements", "conflicts", "topics")


def test_every_field_comes_back() -> None:
    article = attrs.evolve(
        an_article(),
        issuers=FieldValue(
            value=split_issuers("国家卫生计生委 浙江省财政厅 某某站"), raw="…", rule="cell:发文机关"
        ),
        addressees=FieldValue(value=("各市人民政府",), raw="各市人民政府：", rule="salutation"),
        conflicts=(Conflict(name="written", value="2026-02-27", raw="2026年2月27日", rule="signature"),),
        statements=(Statement(role="term", words="有效期2年", sentence="有效期2年", line=1),),
        topics=topics("关于储能的通知", ("推进储能。",)),
    )
    written = json.loads(json.dumps(rows.dump_article(article), ensure_ascii=False))
    assert rows.load_article(written, article.text) == article


def test_a_record_of_the_first_release_is_read() -> None:
    article = attrs.evolve(
        an_article(),
        issuers=FieldValue(value=split_issuers("浙江省财政厅"), raw="浙江省财政厅", rule="cell:发文机关"),
    )
    old = {
        name: value
        for name, value in rows.dump_article(article).items()
        if name not in SINCE_THE_FIRST_RELEASE
    }
    old["issuers"]["value"] = [{"printed": "浙江省财政厅", "id": "zhejiang-finance", "name": "浙江省财政厅"}]
    read = rows.load_article(old, article.text)
    assert read.topics == Topics()
    assert (read.conflicts, read.addressees, read.editor, read.statements) == ((), None, None, ())
    assert read.issuers is not None
    assert (read.issuers.value[0].id, read.issuers.value[0].level) == ("zhejiang-finance", None)


def test_topics_of_an_earlier_release_are_read() -> None:
    article = attrs.evolve(an_article(), topics=topics("关于储能的通知", ("推进储能。",)))
    stored = rows.dump_article(article)
    stored["topics"] = {"version": stored["topics"]["version"], "found": stored["topics"]["ranked"]}
    assert rows.load_article(stored, article.text).topics == article.topics
