"""Stop at a safe point: Ctrl-C and SIGTERM request it instead of interrupting at once."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

from cgan.common.terminal import note

# Signals from other processes and timers; the others report faults of the thread itself.
_ASYNCHRONOUS = signal.valid_signals() - {
    signal.SIGABRT,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGILL,
    signal.SIGSEGV,
    signal.SIGTRAP,
}


class Interrupted(Exception):
    """A signal stopped the run, and everything is saved; `signal_number` says which signal."""

    def __init__(self, signal_number: int, message: str) -> None:
        """Carry the signal and a sentence for the user."""
        super().__init__(message)
        self.signal_number = signal_number


class Interruption:
    """While active, the first SIGINT or SIGTERM only sets `signal_number`.

    The second one acts as usual: Ctrl-C raises KeyboardInterrupt, SIGTERM ends the process.

    A separate thread receives all signals. oneDNN's matrix products point the stack pointer at a
    buffer on the heap (`mov(rsp, ARG_WS)` in its sgemm kernels), so a signal that arrives during
    one overwrites the memory before the buffer: about one in three runs stopped by Ctrl-C crashed.
    Enter this before Jittor computes anything, so that the threads it starts block signals, too.
    """

    def __init__(self, announcement: str | None, heard: Callable[[], None] = lambda: None) -> None:
        """Prepare.

        Args:
            announcement: printed when the first signal comes; None for none.
            heard: called then.
        """
        self._announcement, self._heard = announcement, heard
        self.signal_number: int | None = None
        self._previous = {
            number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)
        }
        self._over = threading.Event()
        self._receiver = threading.Thread(target=self._receive, name="signals", daemon=True)

    @contextlib.contextmanager
    def announcing(self, announcement: str) -> Iterator[None]:
        """Announce something else, if the first signal comes while a block runs."""
        before, self._announcement = self._announcement, announcement
        try:
            yield
        finally:
            self._announcement = before

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
        """Receive signals in this thread; Python runs their handlers in the main one."""
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)
        self._over.wait()

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.signal_number = number
        self._restore()
        self._heard()
        if self._announcement is not None:
            try:
                note(self._announcement)
            except RuntimeError:
                # The main thread is in the middle of a line to the same stream, which takes no
                # other then. Another thread waits for its end.
                threading.Thread(target=note, args=(self._announcement,)).start()

    def _restore(self) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def interrupted_afterwards() -> Iterator[None]:
    """Let Ctrl-C wait for the end of a block that imports packages, which takes a second at most.

    Compiled ones, stopped halfway, say that they are broken. Where Ctrl-C doesn't raise
    KeyboardInterrupt as usual, nothing changes.
    """
    usual = signal.default_int_handler
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGINT) is not usual:
        yield
        return
    came = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: came.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
    if came.is_set():
        raise KeyboardInterrupt
