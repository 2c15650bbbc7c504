"""The demo's home: from scratch each time, and never somebody else's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import load
from samples.stage import fresh_home


def test_a_fresh_home_leads_every_sample_host_to_the_site(tmp_path: Path) -> None:
    fresh_home(tmp_path / "demo", site=8123, mail=2525)
    config = load(tmp_path / "demo", {})
    assert set(config.network.connect.values()) == {"http://127.0.0.1:8123"}
    assert len(config.network.connect) == 3
    assert config.channels["email"].port == 2525


def test_the_demo_empties_its_own_home(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    fresh_home(home, site=1, mail=1)
    (home / "polarchive.db").write_text("of last time")
    fresh_home(home, site=1, mail=1)
    assert [path.name for path in home.iterdir()] == ["polarchive.toml"]


def test_the_demo_does_not_empty_another_archive(tmp_path: Path) -> None:
    (tmp_path / "polarchive.toml").write_text('contact = "ops@example.org"')
    (tmp_path / "polarchive.db").write_text("precious")
    with pytest.raises(SystemExit, match="not made by the demo"):
        fresh_home(tmp_path, site=1, mail=1)
    assert (tmp_path / "polarchive.db").exists()
