"""Speak an answer and show the words that were heard, in a pipeline of Pipecat.

Run it with ``cartesia-stream emulate -- python examples/integrations/use_pipecat.py``.
"""

import asyncio

from pipecat.frames.frames import (
    EndFrame,
    Frame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSTextFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from cartesia_stream import AsyncCartesia
from cartesia_stream.integrations.pipecat import CartesiaTTSService


class Words(FrameProcessor):
    """Stand in for the transport: print each word that is spoken."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass on every frame."""
        await super().process_frame(frame, direction)
        if isinstance(frame, TTSTextFrame):
            print("spoken:", frame.text)
        await self.push_frame(frame, direction)


async def main() -> None:
    """Run a pipeline of one answer."""
    async with AsyncCartesia() as client:
        voice = (await client.voices.list(limit=1)).data[0].id
        service = CartesiaTTSService(voice=voice, client=client)
        worker = PipelineWorker(Pipeline([service, Words()]))
        answer = [LLMTextFrame(token) for token in ("The ", "quick ", "brown ", "fox.")]
        await worker.queue_frames(
            [LLMFullResponseStartFrame(), *answer, LLMFullResponseEndFrame(), EndFrame()]
        )
        runner = WorkerRunner()
        await runner.add_workers(worker)
        await runner.run()


asyncio.run(main())
