"""What `doctor` says about the Hub: never a token or a password."""

import pytest

from cgan.hub.environment import find_hub, without_credentials

SECRET = "hf_aSecretThatNobodySees"
VARIABLES = (
    *("HF_HOME", "HF_HUB_CACHE", "HF_TOKEN", "HF_TOKEN_PATH", "HF_ENDPOINT", "HF_HUB_OFFLINE"),
    "HUGGINGFACE_HUB_CACHE",
    *("HF_HUB_DISABLE_XET", "XDG_CACHE_HOME", "http_proxy", "HTTP_PROXY", "https_proxy"),
    *("HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"),
)


@pytest.fixture
def find(tmp_path, monkeypatch):
    """Return what is found, by name, with these variables in an empty home."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    def find(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        found = {finding.name: finding for finding in find_hub()}
        assert all(finding.level != "fault" for finding in found.values())
        assert not any(SECRET in finding.text for finding in found.values())
        return {name: finding.text for name, finding in found.items()}

    return find


def test_a_new_machine(find):
    found = find()
    assert found["Hub cache"] == "~/.cache/huggingface/hub, doesn't exist yet"
    assert found["Hub token"].startswith("none: ")
    assert found["Hub address"] == "https://huggingface.co"
    assert found["proxies"] == "none"


def test_a_token_in_a_variable(find):
    assert find(HF_TOKEN=SECRET)["Hub token"] == "present, in HF_TOKEN"


def test_a_token_in_a_file(find, tmp_path):
    (tmp_path / ".cache/huggingface").mkdir(parents=True)
    (tmp_path / ".cache/huggingface/token").write_text(SECRET)
    assert find()["Hub token"] == "present, in ~/.cache/huggingface/token"


def test_folders_may_have_a_tilde_and_variables(find, tmp_path):
    found = find(HF_HUB_CACHE="~/hf", HF_TOKEN_PATH="$HOME/token")
    assert found["Hub cache"] == "~/hf, doesn't exist yet"
    (tmp_path / "token").write_text(SECRET)
    assert find()["Hub token"] == "present, in ~/token"


@pytest.mark.parametrize("variable", ["HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"])
def test_models_in_the_cache_are_counted(find, tmp_path, variable):
    cache = tmp_path / "place" / ("hub" if variable == "HF_HOME" else "")
    (cache / "models--ann--x").mkdir(parents=True)
    found = find(**{variable: str(tmp_path / "place")})
    assert found["Hub cache"].endswith(", 1 model")


def test_addresses_are_shown_without_credentials(find):
    found = find(HF_ENDPOINT=f"https://ann:{SECRET}@hub.example", HTTPS_PROXY=f"ann:{SECRET}@p:1")
    assert found["Hub address"] == "https://hub.example"
    assert found["proxies"] == "HTTPS_PROXY=p:1"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://hf-mirror.com/", "https://hf-mirror.com/"),
        ("http://user:pa/ss@host:3128/x", "http://host:3128/x"),
        ("user:pass@host:3128", "host:3128"),
        ("https://host/?token=secret", "https://host/"),
        ("http://[", "http://["),
        ("localhost,.example.org", "localhost,.example.org"),
        ("", ""),
    ],
)
def test_without_credentials(address, shown):
    assert without_credentials(address) == shown
