"""Stop at a good moment: Ctrl-C and SIGTERM ask, they don't tear."""

import signal
from types import FrameType, TracebackType

from cgan.terminal import note


class Interruption:
    """While active, the first SIGINT or SIGTERM only sets `signal_number`.

    The second one acts as usual: Ctrl-C raises KeyboardInterrupt, SIGTERM ends the process.
    """

    def __init__(self) -> None:
        """Nothing has been asked yet."""
        self.signal_number: int | None = None
        self._previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def __enter__(self) -> "Interruption":
        for number in self._previous:
            signal.signal(number, self._ask)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._restore()

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.signal_number = number
        self._restore()
        note("Stopping after this step, with a checkpoint (once more to stop at once).")

    def _restore(self) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
