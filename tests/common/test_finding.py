"""What `doctor` finds: paths are shown without the home folder's."""

from pathlib import Path

from cgan.common.finding import shown


def test_a_path_is_shown_from_the_home_folder_if_there_is_one(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert shown(tmp_path / "a" / "b") == "~/a/b"
    assert shown("/elsewhere") == "/elsewhere"

    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    assert shown(tmp_path) == str(tmp_path)
