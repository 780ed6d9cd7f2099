"""What `config.json` says about a run's training: written, read, and refused where it is wrong."""

import json
from dataclasses import replace

import pytest

from cgan.common.errors import BadValue, MissingFile, UserError
from cgan.model import weights
from cgan.training.options import TrainingOptions
from cgan.training.run_record import Computer, Data, RunRecord
from tests.conftest import TINY, message

RECORD = RunRecord(TrainingOptions(dataset="digits", seed=3), Computer(2, "cpu"))


def change_training(folder, **changes):
    """Change the record in `config.json`; None removes a key."""
    path = folder / "config.json"
    content = json.loads(path.read_text())
    training = content["training"] | changes
    content["training"] = {key: value for key, value in training.items() if value is not None}
    path.write_text(json.dumps(content))


@pytest.fixture
def folder(tmp_path):
    RECORD.save(tmp_path, TINY)
    return tmp_path


def test_it_comes_back_and_the_generator_is_untouched(folder):
    assert RunRecord.load(folder) == RECORD
    assert weights.load_generator_config(folder) == TINY


def test_the_keys_are_the_options_in_order_then_the_computer(folder):
    training = json.loads((folder / "config.json").read_text())["training"]
    assert list(training) == [*TrainingOptions().to_dict(), "threads", "device"]
    assert (training["threads"], training["device"]) == (2, "cpu")


def test_options_that_an_older_version_did_not_know_get_their_defaults(folder):
    change_training(folder, reader=None, reader_weight=None, r1=None, pack=None)
    assert RunRecord.load(folder) == RECORD


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"threads": None}, "'threads' is missing"),
        ({"lr": "fast"}, "--lr must be a finite number, not fast"),
        ({"n_epochs": 0}, "--n_epochs must be at least 1, not 0"),
        ({"n_epochs": 24.5}, "--n_epochs must be a whole number, not 24.5"),
        ({"batch_size": 64.0}, "--batch_size must be a whole number, not 64.0"),
        ({"number": 138}, "--number must be text, not 138"),
        ({"number": "1" * 1001}, "--number must have at most 1,000 characters"),
        ({"lr": 10**400}, "--lr must be a finite number"),
        ({"arch": ["mlp"]}, "--arch"),
        ({"d_widths": [[1], 2]}, "--d_widths"),
        ({"reader": {}}, "--reader"),
        ({"threads": 0}, "threads can't be 0"),
        ({"threads": "2"}, "threads can't be '2'"),
        ({"device": ["cpu"]}, "device can't be ['cpu']"),
        (
            {"learning_rate": 1},
            "this version doesn't know 'learning_rate'; if another one began the run, continue",
        ),
    ],
)
def test_wrong_settings_are_named_with_their_file(folder, changes, said):
    change_training(folder, **changes)
    with pytest.raises(BadValue, match="can't be resumed") as caught:
        RunRecord.load(folder)
    assert said in message(caught)
    assert str(folder / "config.json") in message(caught)


def test_weights_without_a_record_cannot_be_resumed(folder):
    weights.save_config(folder, TINY)
    with pytest.raises(BadValue, match="does not say how the run was trained"):
        RunRecord.load(folder)


def test_a_folder_without_config_has_no_record(tmp_path):
    with pytest.raises(MissingFile):
        RunRecord.load(tmp_path)


def test_it_says_what_the_data_are(tmp_path):
    record = replace(RECORD, data=Data("/of/mine", "0" * 64))
    record.save(tmp_path, TINY)
    assert RunRecord.load(tmp_path) == record


@pytest.mark.parametrize("change", [{"data_dir": 5}, {"data_sha256": "x"}, {"data_sha256": 5}])
def test_edited_data_are_told_in_a_sentence(tmp_path, change):
    replace(RECORD, data=Data("/of/mine", "0" * 64)).save(tmp_path, TINY)
    path = tmp_path / "config.json"
    content = json.loads(path.read_text())
    content["training"] |= change
    path.write_text(json.dumps(content))
    with pytest.raises(UserError, match=f"{next(iter(change))} can't be"):
        RunRecord.load(tmp_path)
