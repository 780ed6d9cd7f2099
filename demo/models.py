"""The generators that the page offers, and how they arrive from the Hub while the page is up.

Each repository is pulled in its own thread. Until that is done, its cached revision draws, or
the bundled weights; then the page switches to the new ones without a restart.
"""

import copy
import os
import threading
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from cgan import Sampler, UserError
from cgan.common.errors import BadValue
from cgan.common.terminal import warn
from cgan.hub.pull import Pulled, cached, pull
from cgan.hub.repository import Repository, parse
from cgan.hub.source import Source, read, read_pulled
from cgan.model.encoder import NoEncoder
from cgan.model.metrics import Metrics, load
from cgan.model.page_weights import check_writes_digits
from cgan.model.weights import Weights
from cgan.writing.checks import NotOffered
from cgan.writing.own_hand import ForeignHand, OwnHand

# The sha256 of the weights that were bundled before links named those that drew them.
BUNDLED_BEFORE = "21229b22578312bc8b565818ec1d884e3878f1d30205f2c2451262b4dcd834a3"

# Seconds to wait for the Hub before the page starts without it.
PATIENCE = 2.0
# Seconds until the next try: the first pause and the longest; each is twice the one before.
_FIRST_PAUSE, _LAST_PAUSE = 5.0, 300.0
# Seconds to wait for each thread at the end.
_STOP_PATIENCE = 1.0


class Loading(UserError):
    """The Hub has not answered yet."""

    def __init__(self) -> None:
        """Fill in the sentence."""
        super().__init__("it is still loading from the Hugging Face Hub.", text_id="hub.loading")


class OnlyBundled(BadValue):
    """Weights were named, but only the bundled ones are offered."""

    def __init__(self) -> None:
        """Fill in the sentence."""
        super().__init__(
            "weights must be left out: only the bundled ones are available here.",
            text_id="weights.only_bundled",
        )


@dataclass(frozen=True)
class Model:
    """A generator that draws.

    Attributes:
        sampler: draws the digits.
        metrics: how well it draws, if that was measured.
        wanted: the repository that should draw instead, if it can't yet.
        reason: why it can't.
    """

    sampler: Sampler
    metrics: Metrics | None = None
    wanted: str = ""
    reason: UserError | None = None

    @property
    def source(self) -> str:
        """Where the weights come from: user/name@commit, a folder's name, or "" if bundled."""
        return self.sampler.source.label

    @cached_property
    def unlabelled(self) -> "Model":
        """The same, but its files name the weights by their sha256 alone.

        Where they come from differs between servers, and once the Hub has them.
        """
        sampler = copy.copy(self.sampler)
        sampler.source = Source()
        return replace(self, sampler=sampler)

    def own_hand(self, text: str) -> OwnHand | None:
        """Return the hand that the setting `hand` stands for; None if it is empty.

        Raises:
            BadHand: it is no hand.
            ForeignHand: it is for other weights.
            NoEncoder: it is, and these weights can't make one.
        """
        if not text:
            return None
        sampler = self.sampler
        try:
            return OwnHand.from_text(text, sampler.config, sampler.sha256)
        except ForeignHand as error:
            if not sampler.config.encoder:
                raise NoEncoder from error
            raise


class Models:
    """The models by their references, each replaced as a whole when a newer one arrives.

    Attributes:
        names: the repositories, and the folders' own names; the first is the page's default. [""]
            if there are only the bundled weights.
        chosen: the name that a new page starts with and puts into its link; "" if there is no
            choice.
    """

    names: list[str]
    chosen: str

    def __init__(self, references: Sequence[str] = ()) -> None:
        """Load the folders, and the repositories that are in the cache.

        Args:
            references: folders, or `user/name` or `user/name@revision` on the Hub.

        Raises:
            UserError: a reference or a folder is invalid, or its weights can't write numbers.
        """
        self._bundled = _load(*read(None))
        self._models: dict[str, Model] = {}
        self._threads: list[threading.Thread] = []
        self._stopped = threading.Event()
        # Older links name folders as the owner does.
        self._also: dict[str, str] = {}
        folders: dict[Path, str] = {}
        for reference in references:
            place = parse(reference)
            if isinstance(place, Repository):
                self._begin(reference, place)
                continue
            # Up to Python 3.12, Path.resolve fails where links go in a circle.
            folder = Path(os.path.realpath(place))
            if folder not in folders:
                loaded = _load(*read(place))
                # Visitors needn't know where a folder is.
                folders[folder] = self._unused(loaded.source or "weights")
                self._models[folders[folder]] = loaded
            self._also[reference] = folders[folder]
        if not self._models:
            self._models[""] = self._bundled
        self.names = list(self._models)
        self.chosen = self.names[0] if len(self.names) > 1 else ""

    def _begin(self, name: str, place: Repository) -> None:
        """Load what is in the cache; ask the Hub too, unless the reference names a commit."""
        self._models[name] = replace(self._bundled, wanted=name, reason=Loading())
        here = cached(place)
        if here is not None:
            try:
                self._use(name, place, here)
            except UserError as error:
                self._fall_back(name, error)
            else:
                if place.is_pinned:
                    return
                self._fall_back(name, Loading())
        thread = threading.Thread(target=self._keep_pulling, args=(name, place), daemon=True)
        self._threads.append(thread)

    def _unused(self, name: str) -> str:
        """Return the name of a folder, with a number if another one has it."""
        count, unused = 1, name
        while unused in self._models:
            count += 1
            unused = f"{name} {count}"
        return unused

    def start(self, patience: float = PATIENCE) -> None:
        """Start asking the Hub; wait at most `patience` seconds for its answers."""
        for thread in self._threads:
            thread.start()
        for thread in self._threads:
            thread.join(patience / len(self._threads))

    def stop(self) -> None:
        """Stop asking the Hub; wait a moment for pulls that are under way."""
        self._stopped.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(_STOP_PATIENCE)

    def __getitem__(self, name: str) -> Model:
        """Return the model that currently draws for a reference; "" stands for the first one.

        Raises:
            UserError: the page doesn't offer it.
        """
        return self._models[self.offered(str(name or self.names[0]))]

    def offered(self, name: str) -> str:
        """Return the name in `names` of what an older link may name otherwise.

        Raises:
            UserError: the page doesn't offer it.
        """
        name = self._also.get(name, name)
        if name not in self._models:
            if self.names == [""]:
                raise OnlyBundled
            raise NotOffered("weights", self.names)
        return name

    def by_sha256(self, sha256: str) -> Model | None:
        """Return the model with these weights; None if it is none of those that draw now.

        The bundled weights are always among them: they draw while the Hub hasn't answered.
        """
        models = [*(self._models[name] for name in self.names), self._bundled]
        return next((model for model in models if model.sampler.sha256 == sha256), None)

    def _keep_pulling(self, name: str, place: Repository) -> None:
        """Pull until it works or `stop` is called."""
        pause = _FIRST_PAUSE
        while not self._stopped.is_set():
            try:
                pulled = pull(place, check_writes_digits)
                if pulled.problem is None or not self._draws(name, pulled):
                    self._use(name, place, pulled)
                if pulled.problem is None:
                    return
                self._fall_back(name, pulled.problem)
            except UserError as error:
                self._fall_back(name, error)
            except Exception:
                # Whatever it is, the page keeps drawing with what it has.
                traceback.print_exc()
                self._fall_back(name, _not_loaded())
            self._stopped.wait(pause)
            pause = min(2 * pause, _LAST_PAUSE)

    def _draws(self, name: str, pulled: Pulled) -> bool:
        """Return whether this commit's weights draw already: nobody has to load them again."""
        source = self._models[name].sampler.source
        return source.kind == "hub" and source.commit == pulled.commit

    def _use(self, name: str, place: Repository, pulled: Pulled) -> None:
        self._models[name] = _load(*read_pulled(place, pulled))

    def _fall_back(self, name: str, reason: UserError) -> None:
        if reason.names_a_path:  # which visitors needn't know
            warn(f"{name} is not used: {reason}")
            reason = _not_loaded()
        self._models[name] = replace(self._models[name], wanted=name, reason=reason)


def _not_loaded() -> UserError:
    return UserError("it can't be loaded: see the server's log.", text_id="weights.not_loaded")


def _load(weights: Weights, source: Source) -> Model:
    """Return a model that is ready to draw.

    Raises:
        UserError: it can't write numbers.
    """
    check_writes_digits(weights)
    sampler = Sampler(weights, source)
    # Warm up: the first call takes ten times as long.
    sampler.generate(sampler.latents(1, seed=0), [0])
    assert source.folder is not None
    return Model(sampler, load(source.folder, sampler.sha256))
