"""Keywords say what sets an article apart, not what every plan says.

One test starts an interpreter, to see what an import loads.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.consumers.keywords import extract_keywords, prepare_dictionary

TITLE = "江南省未来能源规划：示范质子交换膜燃料电池与热电联供"
TEXT = "\n".join(
    [
        "一、加快创新，推进建设",
        "坚持创新驱动，加快推进重点项目建设，完善体系，提升能力，打造发展高地，加强创新，推进创新。",
        "推动可再生能源制氢，完善制氢标准，发展氢能应用，2025年制氢能力达到100万吨。",
        "加强创新，推进建设，打造平台，提升水平，完善机制，促进发展，推进创新，加快建设。",
        "有序布局加氢站，建设虚拟电厂，虚拟电厂参与市场交易。",
    ]
)


@pytest.fixture(scope="module", autouse=True)
def _prepared(tmp_path_factory: pytest.TempPathFactory) -> None:
    prepare_dictionary(tmp_path_factory.mktemp("home") / "cache")


def test_terms_of_content_come_before_words_of_policy_prose() -> None:
    found = extract_keywords(TITLE, TEXT)
    assert {"质子交换膜", "燃料电池", "热电联供", "制氢", "虚拟电厂"} <= set(found)
    assert not {"创新", "推进", "建设", "打造", "加快", "完善", "重点", "发展", "加强", "提升"} & set(found)


def test_a_space_inside_a_word_hides_no_keyword() -> None:
    scarred = TEXT.replace("加氢站", "加氢 站").replace("虚拟电厂参与", "虚拟 电厂参与")
    assert extract_keywords(TITLE, scarred) == extract_keywords(TITLE, TEXT)


def test_words_of_the_title_come_first() -> None:
    assert all(word in TITLE for word in extract_keywords(TITLE, TEXT, limit=4))


def test_single_characters_and_numbers_are_no_keywords() -> None:
    found = extract_keywords("2026年1月第3批", "2026年1月，第3批，100万吨，甲乙丙。", limit=50)
    assert all(len(word) > 1 and not word[0].isdigit() for word in found)


def test_no_more_than_the_limit_is_returned() -> None:
    assert len(extract_keywords(TITLE, TEXT, limit=2)) == 2
    assert extract_keywords("", "") == ()


@pytest.mark.slow
def test_importing_is_cheap_and_loading_is_silent(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; import pipelines.consumers.keywords as k;"
        "assert 'jieba' not in sys.modules;"
        f"k.prepare_dictionary(Path({str(tmp_path / 'cache')!r}));"
        "print(k.extract_keywords('储能电站', '储能电站。'))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root
    )
    assert "储能" in done.stdout
    assert done.stderr == ""
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["jieba.cache"]
