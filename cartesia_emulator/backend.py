"""What all operations share: options, engines, state, keys, faults and limits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from .access import Keys
from .errors import ApiError
from .limits import Slots
from .speech.respell import NO_LEXICON
from .studio.studio import Studio

if TYPE_CHECKING:
    from .faults import FaultBox
    from .hearing.engine import Recognizer
    from .options import Options
    from .speech.engine import Synthesizer
    from .speech.respell import Lexicon
    from .state.state import State
    from .state.voices import VoiceRecord, VoiceStore
    from .wire.recording import Recorder
    from .wire.requests import Speech

__all__ = ["Backend"]

_DATED: Final = re.compile(r"\d{4}-\d{2}-\d{2}$")


class Backend:
    """One run of the emulator."""

    def __init__(
        self,
        options: Options,
        engines: tuple[Synthesizer, Recognizer],
        api_key: str,
        *,
        state: State,
        faults: FaultBox,
        recorder: Recorder,
    ) -> None:
        self.options = options
        self._api_key = api_key
        self.keys: Keys = Keys(api_key)
        self.state = state
        self.faults = faults
        self.recorder = recorder
        self.studio: Studio = Studio(*engines, options)
        self.requests_served: int = 0
        self.contexts: Slots = Slots(options.concurrency, "active speech contexts")
        self.transcriptions: Slots = Slots(options.stt_concurrency, "transcriptions at once")
        self.sockets: Slots = Slots(options.max_sockets, "open websockets")

    def reset(self) -> None:
        """Forget the access tokens and the count of requests."""
        self.keys = Keys(self._api_key)
        self.requests_served = 0

    @property
    def voices(self) -> VoiceStore:
        """The voices; `State.reset` replaces them."""
        return self.state.voices

    def voice_for(self, request: Speech) -> VoiceRecord:
        """Find the voice of a speech request.

        Raises:
            ApiError: 404 if it does not exist, 400 if it does not work with the model.
        """
        voice = self.voices.get(request.voice_id)
        if voice.is_tuned and not _DATED.search(request.model_id):
            raise ApiError(
                400,
                f"model_id: voice {voice.name!r} was fine-tuned; it needs a dated model.",
                code="voice_model_mismatch",
            )
        return voice

    def lexicon_for(self, request: Speech) -> Lexicon:
        """Find the pronunciation dictionary of a speech request.

        Raises:
            ApiError: 404 for an unknown dictionary.
        """
        ident = request.pronunciation_dict_id
        if ident is None:
            return NO_LEXICON
        return self.state.dictionaries.get(ident, field="pronunciation_dict_id").lexicon
