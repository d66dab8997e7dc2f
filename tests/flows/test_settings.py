"""Settings: defaults that work, and errors that name file, key and what is allowed."""

from pathlib import Path

import pytest

from flows.scaffold import create_home
from flows.settings import HOME_VARIABLE, Settings, SettingsError, load_settings, resolve_home
from warehouse.home import Home


def test_a_home_without_settings_has_the_defaults(tmp_path: Path) -> None:
    assert load_settings(Home(tmp_path)) == Settings()


def test_the_example_files_are_valid_and_change_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)

    assert [created for _, created in create_home(home)] == [True, True]
    assert load_settings(home) == Settings()
    assert [created for _, created in create_home(home)] == [False, False]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("workers = 0", "workers: Input should be greater than or equal to 1"),
        ("wrokers = 2", "wrokers: Extra inputs are not permitted"),
        ("workers = ", "not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "settings.toml").write_text(text)

    with pytest.raises(SettingsError, match=complaint) as caught:
        load_settings(Home(tmp_path))
    assert str(tmp_path / "settings.toml") in str(caught.value)


def test_the_home_is_as_given_or_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "from-environment"))

    assert resolve_home(tmp_path / "given").root == tmp_path / "given"
    assert resolve_home().root == tmp_path / "from-environment"


def test_the_user_agent_tells_how_to_reach_the_operator() -> None:
    assert Settings(contact="newsdesk@example.org").user_agent.endswith(" (+newsdesk@example.org)")
    assert Settings().user_agent.startswith("Newslake/")
