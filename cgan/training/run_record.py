"""What a run's `config.json` says about its training: the options, and where the run began."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cgan.common.errors import BadValue
from cgan.common.values import is_one_of, is_whole
from cgan.model import weights
from cgan.model.config import GeneratorConfig
from cgan.training.options import TrainingOptions

_THREADS_KEY, _DEVICE_KEY, _PROCESSES_KEY = "threads", "device", "processes"
# Where the data were, which published weights don't say, and what they were.
DATA_FOLDER_KEY, DATA_SHA256_KEY = "data_dir", "data_sha256"


@dataclass(frozen=True)
class Computer:
    """What a run computes with, on which the last bits of the weights depend.

    Attributes:
        threads: number of CPU threads of each process.
        device: "cpu" or "cuda".
        processes: how many train together.

    Raises:
        BadValue: one of them is something else.
    """

    threads: int
    device: str
    processes: int = 1

    def __post_init__(self) -> None:
        """Check all."""
        for name, value in {_THREADS_KEY: self.threads, _PROCESSES_KEY: self.processes}.items():
            if not is_whole(value, 1):
                raise BadValue(f"{name} can't be {value!r}")
        if not is_one_of(self.device, ("cpu", "cuda")):
            raise BadValue(f"{_DEVICE_KEY} can't be {self.device!r}")

    def describe(self) -> str:
        """Return all in words."""
        each = "" if self.processes == 1 else f" in each of {self.processes} processes"
        return f"{self.threads} CPU threads{each} on {self.device}"


@dataclass(frozen=True)
class Data:
    """What a run is trained on.

    Attributes:
        folder: absolute path of the files; None for bundled data.
        sha256: `Dataset.checksum`.

    Raises:
        BadValue: one of them is something else.
    """

    folder: str | None
    sha256: str

    def __post_init__(self) -> None:
        """Check both."""
        if self.folder is not None and not isinstance(self.folder, str):
            raise BadValue(f"{DATA_FOLDER_KEY} can't be {self.folder!r}")
        if not isinstance(self.sha256, str) or not re.fullmatch("[0-9a-f]{64}", self.sha256):
            raise BadValue(f"{DATA_SHA256_KEY} can't be {self.sha256!r}")


@dataclass(frozen=True)
class RunRecord:
    """How a run is trained.

    Attributes:
        options: with everything filled in that the data decided.
        began_on: what the run began with; it may have been resumed on something else since.
        data: what it is trained on; None for a run of an old version, which didn't say.
    """

    options: TrainingOptions
    began_on: Computer
    data: Data | None = None

    def save(self, folder: Path, config: GeneratorConfig) -> None:
        """Write `config.json`.

        Raises:
            UserError: it can't be written.
        """
        besides: dict[str, Any] = {
            _THREADS_KEY: self.began_on.threads,
            _DEVICE_KEY: self.began_on.device,
        }
        if self.began_on.processes > 1:
            besides[_PROCESSES_KEY] = self.began_on.processes
        if self.data is not None:
            besides |= {DATA_FOLDER_KEY: self.data.folder, DATA_SHA256_KEY: self.data.sha256}
        weights.save_config(folder, config, self.options.to_dict() | besides)

    @classmethod
    def load(cls, folder: Path) -> "RunRecord":
        """Read `config.json`.

        Raises:
            UserError: it can't be read, or doesn't say how to continue the run.
        """
        source = folder / weights.CONFIG_NAME
        values: Any = weights.load_config(folder).get(weights.TRAINING_KEY)
        if not isinstance(values, dict):
            raise BadValue(f"{source} does not say how the run was trained: it can't be resumed.")
        values = dict(values)
        try:
            computer = Computer(
                values.pop(_THREADS_KEY), values.pop(_DEVICE_KEY), values.pop(_PROCESSES_KEY, 1)
            )
            folder_of_data, sha256 = (
                values.pop(DATA_FOLDER_KEY, None),
                values.pop(DATA_SHA256_KEY, None),
            )
            data = None if sha256 is None else Data(folder_of_data, sha256)
            if unknown := sorted(values.keys() - TrainingOptions.known().keys()):
                raise BadValue(
                    f"this version doesn't know {unknown[0]!r}; if another one began the run, "
                    "continue with that one"
                )
            return cls(TrainingOptions.from_dict(values), computer, data)
        except KeyError as error:
            reason = f"{error} is missing"
        except (BadValue, TypeError) as error:
            reason = str(error).removesuffix(".")
        raise BadValue(f"{source} can't be resumed: its training settings are invalid ({reason}).")
