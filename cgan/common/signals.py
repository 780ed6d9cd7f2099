"""Stop at a good moment: Ctrl-C and SIGTERM ask, they don't tear."""

import signal
import threading
from types import FrameType

from cgan.common.terminal import note

# What other processes and timers send; the rest tells of this thread's own faults.
_ASYNCHRONOUS = signal.valid_signals() - {
    signal.SIGABRT,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGILL,
    signal.SIGSEGV,
    signal.SIGTRAP,
}


class Interrupted(Exception):
    """A signal stopped the run, and all is saved; `signal_number` says which."""

    def __init__(self, signal_number: int, message: str) -> None:
        """Carry the signal and a sentence for the user."""
        super().__init__(message)
        self.signal_number = signal_number


class Interruption:
    """While active, the first SIGINT or SIGTERM only sets `signal_number`.

    The second one acts as usual: Ctrl-C raises KeyboardInterrupt, SIGTERM ends the process.

    All signals are received by a thread of their own. oneDNN's matrix products use the stack
    pointer for a buffer on the heap (`mov(rsp, ARG_WS)` in its sgemm kernels), so a signal that
    arrives meanwhile overwrites what lies before the buffer: of some three runs stopped by
    Ctrl-C, one crashed. Enter this before Jittor computes anything: the threads that it starts
    then leave signals alone, too.
    """

    def __init__(
        self,
        announcement: str = "Stopping after this step, with a checkpoint (once more to stop at "
        "once).",
    ) -> None:
        """Nothing has been asked yet; `announcement` is the answer when it is."""
        self._announcement = announcement
        self.signal_number: int | None = None
        self._previous = {
            number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)
        }
        self._over = threading.Event()
        self._receiver = threading.Thread(target=self._receive, name="signals", daemon=True)

    def check(self, message: str) -> None:
        """Raise `Interrupted` with this message if a signal came."""
        if self.signal_number is not None:
            raise Interrupted(self.signal_number, message)

    def __enter__(self) -> "Interruption":
        for number in self._previous:
            signal.signal(number, self._ask)
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ASYNCHRONOUS)
        self._receiver.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._receiver.join()
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
        self._restore()

    def _receive(self) -> None:
        """Let signals come to this thread; Python calls their handlers in the main one."""
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
        self._over.wait()

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.signal_number = number
        self._restore()
        note(self._announcement)

    def _restore(self) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
