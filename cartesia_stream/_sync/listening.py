# Written by tools/unasync.py from _aio/listening.py: edit that file, then `make generate`.
"""The engine of a listener: send its audio, take its text, and replace lost connections."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING, Final, TypeVar

from .._http.sources import Source, as_bytes
from .._protocol.backoff import Backoff
from .._protocol.listen_session import ListenSession
from .._protocol.listener import Listener, State
from .._protocol.websocket import WebSocket
from ..errors import APIError, APITimeoutError, CartesiaError, LocalStateError, RateLimitError
from .flow import Bell, Mutex, TextTask, ThreadLock, blocks_of, give_way, in_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartesia_runtime.sender import Request

    from .._http.records import ListenRecord
    from .._http.sources import AudioBlock
    from .._protocol.gate import Ticket
    from .._protocol.listener import Event, Mark, Message
    from ..transcripts import FinalTranscript
    from .connections import Connections
    from .ears import EarsDriver
    from .gate import Gate

T = TypeVar("T")

_ACTIVE: Final = (State.OPEN, State.DRAINING)


class Ears:
    """The connection of one listener, and the tasks or threads that serve it.

    Nothing here refers to the object of the user, so that dropping that object ends the listener.

    Args:
        handshake: Makes the request of the handshake, with the present settings.
    """

    def __init__(
        self,
        listener: Listener,
        source: Source,
        handshake: Callable[[], Request],
        connections: Connections,
        record: ListenRecord,
    ) -> None:
        self.listener = listener
        self.news: Bell = Bell()  # for readers, and for those who push
        self._work = Bell()  # for the task that sends
        self._guard = ThreadLock()
        self._turnstile = Mutex()  # pushes stay in their order while one waits for room
        self._source = source
        self._stop = source.stop
        self._handshake = handshake
        self._connections = connections
        self.record = record
        self._session: ListenSession | None = None
        self._driver: EarsDriver | None = None
        self._gate: Gate | None = None
        self._ticket: Ticket | None = None
        self._sender: TextTask | None = None
        self._feeder: TextTask | None = None
        self._waiting = 0  # pushes that wait for room
        self._fed = False  # whether the source is being read, and will be closed by its reader
        self._closed = False

    def start(self) -> Ears:
        """Open the first connection and begin to send.

        Raises:
            APIError: If the service rejects the handshake or is unreachable.
        """
        self.record.begin()
        try:
            if self._source.opener is not None:
                self._source = in_thread(self._source.opener, Source.discard)
                self.listener.adopt(self._source.format, live=self._source.live)
            self._gate = self._connections.pool.listen_gate
            self._connect()
        except BaseException as error:
            if isinstance(error, CartesiaError):
                with self._guard:
                    self.listener.fail(error)
            self.close()
            raise
        self._sender = TextTask(self._send, "cartesia-listen")
        if self._source.blocks is not None:
            self._feeder = TextTask(self._feed, "cartesia-source")
        return self

    # --- the connection

    def _connect(self, *, max_retries: int | None = None) -> None:
        gate = self._gate
        assert gate is not None
        timeouts = self._connections.config.timeouts
        began = time.monotonic()
        with self._guard:
            ticket = self._ticket
        if ticket is None:
            ticket = gate.enter(priority=0, seconds=timeouts.queue)
            self._ticket = ticket
        self.listener.queued += time.monotonic() - began
        while not self.listener.done:  # else it was closed while it waited
            session = ListenSession(
                WebSocket(),
                secret=self._connections.config.api_key,
                now=time.monotonic(),
                hearer=self,
            )
            self._session = session
            try:
                self._driver = self._connections.listen(
                    session, self._handshake(), max_retries=max_retries
                )
            except RateLimitError as error:
                if not error.concurrency_limited:
                    raise
                began = time.monotonic()
                gate.enter_again(ticket, error)
                self.listener.queued += time.monotonic() - began
            else:
                return

    def _leave(self) -> None:
        driver, self._driver = self._driver, None
        self._session = None
        if driver is not None:
            driver.retire()
        ticket, self._ticket = self._ticket, None
        if ticket is not None and self._gate is not None:
            self._gate.leave(ticket)

    def wake(self) -> None:
        """Wake readers, and the sender if the connection has changed."""
        self.news.ring()
        if self.listener.state not in _ACTIVE:
            self._work.ring()

    def tell(self, session: ListenSession, what: Callable[[Listener], None]) -> None:
        """Tell the listener what a session hears, unless another one has replaced it."""
        with self._guard:
            if session is self._session:
                what(self.listener)

    # --- the sender

    def _send(self) -> None:
        """Send audio and commands until the stream has ended, through all connections."""
        try:
            backoff = self._backoff()
            while True:
                self._serve()
                if self.listener.done:
                    break
                self._leave()
                cause = self.listener.cause
                assert cause is not None
                self.record.restart(cause)
                if self._reconnect(cause, backoff):
                    backoff = self._backoff()
        except Exception as error:  # whatever it is, nobody may wait for text in vain
            with self._guard:
                self.listener.fail(error)
        except BaseException as error:  # such as the cancellation of all tasks of a program
            failure = LocalStateError(f"the listener ended with {type(error).__name__}")
            failure.__cause__ = error
            with self._guard:
                self.listener.fail(failure)  # does nothing if the stream has ended
            raise
        finally:
            self._leave()
            if self.listener.done and not self._closed:
                self._end_record()
            self.news.ring()

    def _end_record(self) -> None:
        listener = self.listener
        self.record.end(listener.fault, complete=listener.state is State.DONE)

    def _backoff(self) -> Backoff:
        return Backoff(self._connections.max_retries, idempotent=True)

    def _reconnect(self, cause: APIError, backoff: Backoff) -> bool:
        """Open another connection; return whether it has worked at once."""
        error: APIError = cause
        at_once = not isinstance(cause, RateLimitError)
        while True:
            if not at_once:
                delay = backoff.delay_after(error)
                if delay is None:
                    raise error
                self._pause(delay)
            if self.listener.done:
                return False
            try:
                self._connect(max_retries=0)  # each try counts here
            except APIError as failure:
                self._leave()
                if _is_late(failure):
                    raise
                at_once, error = False, failure
            else:
                return at_once

    def _pause(self, seconds: float) -> None:
        """Wait, unless the stream ends."""
        until = time.monotonic() + seconds
        while True:
            rings = self._work.rings
            rest = until - time.monotonic()
            if self.listener.done or rest <= 0:
                return
            self._work.wait(rings, rest)

    def _serve(self) -> None:
        """Send on the present connection until it is lost or the stream has ended."""
        listener, write = self.listener, self._connections.config.timeouts.write
        while True:
            rings = self._work.rings
            with self._guard:
                listener.check(time.monotonic())
                if listener.state not in _ACTIVE:
                    return
                driver = self._driver
            if driver is None:
                return
            sent = driver.send(self._take)
            if sent and self._waiting and listener.roomy:
                self.news.ring()
            if driver.blocked:
                try:
                    driver.drained(write)
                except APIError as error:
                    with self._guard:
                        listener.broken(error)
            elif sent:
                give_way()
            else:
                with self._guard:
                    wait = listener.wait(time.monotonic())
                self._work.wait(rings, wait)

    def _take(self, session: ListenSession) -> list[Message]:
        with self._guard:
            return self.listener.messages(time.monotonic()) if session is self._session else []

    # --- audio in

    def _feed(self) -> None:
        self._fed = True
        try:
            with closing(blocks_of(self._source)) as pieces:
                for block in pieces:
                    self.push(block)
            self.finish()
        except Exception as error:
            self.finish(error)  # does nothing if the stream has ended, which this may tell
        except BaseException as error:  # such as the cancellation of a task that the source awaits
            if self._closed:
                raise
            failure = LocalStateError(f"the source ended with {type(error).__name__}")
            failure.__cause__ = error
            self.finish(failure)

    def push(self, block: AudioBlock) -> None:
        """Take audio; wait while too much of it has not been sent."""
        data = as_bytes(block, self.listener.format)
        if self._push_at_once(data):
            return
        rest = memoryview(data)  # so that the rest of a large block is not copied again and again
        with self._turnstile:
            while True:
                rings = self.news.rings
                with self._guard:
                    taken = self.listener.push(rest, time.monotonic())
                self._work.ring()
                rest = rest[taken:]
                if not rest:
                    return
                self._waiting += 1
                try:
                    self.news.wait(rings, None)
                finally:
                    self._waiting -= 1

    def push_nowait(self, block: AudioBlock) -> bool:
        """Take audio if there is room for all of it; return whether there was."""
        data = as_bytes(block, self.listener.format)
        if self._push_at_once(data):
            return True
        with self._guard:
            self.listener.refuse(len(data))
        return False

    def _push_at_once(self, data: bytes) -> bool:
        """Take audio if there is room for all of it, and no other push waits for room."""
        with self._guard:
            if self._turnstile.locked() or not self.listener.push_whole(data, time.monotonic()):
                return False
        self._work.ring()
        return True

    def finalize(self) -> FinalTranscript:
        """Ask for the text of all audio pushed so far, and wait for it."""
        mark = self.change(Listener.finalize)
        try:
            while True:
                rings = self.news.rings
                answer = self._answer(mark)
                if answer is not None:
                    return answer
                self.news.wait(rings, None)
        except BaseException:
            with self._guard:
                self.listener.abandon(mark)
            raise

    def _answer(self, mark: Mark) -> FinalTranscript | None:
        with self._guard:
            if mark.answer is None:
                self.check()
                if self.listener.done:
                    raise LocalStateError("the listener ended before the service had answered")
            return mark.answer

    def finish(self, failure: Exception | None = None) -> None:
        """Mark the audio as complete.

        Args:
            failure: What the source raised instead; it is raised after all events.
        """
        self.change(lambda listener: listener.finish(failure))

    def drain(self) -> None:
        """Wait until the stream has ended.

        Raises:
            CartesiaError: The error that ended it.
        """
        while True:
            rings = self.news.rings
            self.check()
            if self.listener.done:
                return
            self.news.wait(rings, None)

    def check(self) -> None:
        """Raise what ended the stream: what the source raised, or the error of the service."""
        if self.listener.fault is not None:
            raise self.listener.fault

    def change(self, how: Callable[[Listener], T]) -> T:
        """Change the listener, and have the sender look at once; return what the change does."""
        with self._guard:
            result = how(self.listener)
        self._work.ring()
        return result

    # --- events out

    def pop(self) -> Event | None:
        """Return an event that has arrived, or None."""
        with self._guard:
            return self.listener.pop()

    def wait(self, rings: int) -> bool:
        """Wait until there may be an event; return False after the terminal one.

        Args:
            rings: How often the bell had rung before the last look for an event.
        """
        with self._guard:
            news = self.listener.news()
        if news is None:
            self.news.wait(rings, None)
            return True
        return news

    def close(self) -> None:
        """Cancel the stream if it still goes on, and give the slot back; safe to call twice."""
        self._closed = True
        self.change(Listener.cancel)
        self.news.ring()
        if self._stop is not None:
            self._stop.set()
        feeder, self._feeder = self._feeder, None
        if feeder is not None:
            feeder.stop()
        sender, self._sender = self._sender, None
        if sender is not None:
            sender.stop()
        self._leave()
        self.discard()
        self._end_record()

    def discard(self) -> None:
        """Close the file that was opened as the source, unless its reader will."""
        if not self._fed:
            self._source.discard()


def _is_late(error: APIError) -> bool:
    """Whether the time in the queue for a slot is over, so that nobody should queue again."""
    if isinstance(error, RateLimitError):
        return error.concurrency_limited
    return isinstance(error, APITimeoutError) and error.phase == "queue"
