"""Every REST operation as a strict codebase calls it: read by both checkers, never run."""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

from cartesia_api.models import (
    AccentCatalog,
    AgentCall,
    AgentCallPage,
    AgentList,
    AgentSummary,
    AgentTemplateList,
    Dataset,
    DatasetFile,
    DatasetFilePage,
    DatasetPage,
    Deployment,
    FineTune,
    FineTunePage,
    IssuedToken,
    LocaleCatalog,
    Metric,
    MetricPage,
    MetricResult,
    MetricResultPage,
    PhoneNumber,
    PronunciationDict,
    PronunciationDictPage,
    ServiceStatus,
    StoredFile,
    StoredFilePage,
    Transcription,
    Voice,
    VoiceMetadata,
    VoicePage,
)

from cartesia_stream import (
    AsyncCartesia,
    AsyncDownload,
    AsyncSpeechStream,
    AudioFormat,
    Cartesia,
    Download,
    SpeechStream,
)

PATH = Path("clip.wav")
RAW = AudioFormat("raw", "pcm_s16le", 16000)


def blocking(client: Cartesia) -> None:
    assert_type(client.status.get(), ServiceStatus)
    assert_type(client.access_token.create(expires_in=60), IssuedToken)
    assert_type(client.accents.list(), AccentCatalog)
    assert_type(client.locales.list(), LocaleCatalog)
    assert_type(
        client.voices.list(limit=3, gender="feminine", expand=["preview_file_url"]), VoicePage
    )
    for item_1 in client.voices.iter_all(q="calm"):
        assert_type(item_1, Voice)
    for listed_1 in client.voices.list(q="calm"):
        assert_type(listed_1, Voice)
    assert_type(client.voices.clone(clip=PATH, name="n", language="en"), VoiceMetadata)
    assert_type(client.voices.localize(voice_id="v", name="n", accent="british"), VoiceMetadata)
    assert_type(client.voices.get("v"), Voice)
    assert_type(client.voices.update("v", name="n", gender=None), Voice)
    assert_type(client.voices.add_accents("v", accents=["british"]), Voice)
    assert_type(client.voices.delete_accent("british", id="v"), Voice)
    client.voices.delete("v")
    assert_type(
        client.stt.transcribe(file=b"RIFF", model="ink-whisper", timestamp_granularities=["word"]),
        Transcription,
    )
    assert_type(client.pronunciation_dicts.list(limit=3), PronunciationDictPage)
    for item_2 in client.pronunciation_dicts.iter_all():
        assert_type(item_2, PronunciationDict)
    for listed_2 in client.pronunciation_dicts.list():
        assert_type(listed_2, PronunciationDict)
    assert_type(client.pronunciation_dicts.create(name="n"), PronunciationDict)
    assert_type(client.pronunciation_dicts.retrieve("p"), PronunciationDict)
    assert_type(client.pronunciation_dicts.update("p", name="n"), PronunciationDict)
    client.pronunciation_dicts.delete("p")
    assert_type(client.datasets.list(), DatasetPage)
    for item_3 in client.datasets.iter_all():
        assert_type(item_3, Dataset)
    for listed_3 in client.datasets.list():
        assert_type(listed_3, Dataset)
    assert_type(client.datasets.create(name="n", description="d"), Dataset)
    assert_type(client.datasets.retrieve("d"), Dataset)
    client.datasets.update("d", name="n", description="d")
    assert_type(client.datasets.files.list("d"), DatasetFilePage)
    for item_4 in client.datasets.files.iter_all("d"):
        assert_type(item_4, DatasetFile)
    for listed_4 in client.datasets.files.list("d"):
        assert_type(listed_4, DatasetFile)
    client.datasets.files.upload("d", file=PATH)
    client.datasets.files.delete("f", id="d")
    client.datasets.delete("d")
    assert_type(client.files.list(q="clip"), StoredFilePage)
    for item_5 in client.files.iter_all():
        assert_type(item_5, StoredFile)
    for listed_5 in client.files.list():
        assert_type(listed_5, StoredFile)
    assert_type(client.files.upload(file=PATH, purpose="fine_tune"), StoredFile)
    assert_type(client.files.get("f"), StoredFile)
    assert_type(client.fine_tunes.list(), FineTunePage)
    for item_6 in client.fine_tunes.iter_all():
        assert_type(item_6, FineTune)
    for listed_6 in client.fine_tunes.list():
        assert_type(listed_6, FineTune)
    assert_type(
        client.fine_tunes.create(
            name="n", description="d", language="en", model_id="sonic-3-2026-01-12", dataset="d"
        ),
        FineTune,
    )
    assert_type(client.fine_tunes.retrieve("t"), FineTune)
    assert_type(client.fine_tunes.list_voices("t"), VoicePage)
    for item_7 in client.fine_tunes.iter_voices("t"):
        assert_type(item_7, Voice)
    for listed_7 in client.fine_tunes.list_voices("t"):
        assert_type(listed_7, Voice)
    client.fine_tunes.delete("t")
    assert_type(client.agents.list(), AgentList)
    assert_type(client.agents.list_templates(), AgentTemplateList)
    assert_type(client.agents.retrieve("a"), AgentSummary)
    assert_type(client.agents.update("a", name="n"), AgentSummary)
    assert_type(client.agents.list_phone_numbers("a"), list[PhoneNumber])
    client.agents.delete("a")
    assert_type(client.agents.calls.list(agent_id="a", expand="transcript"), AgentCallPage)
    for item_8 in client.agents.calls.iter_all(agent_id="a"):
        assert_type(item_8, AgentCall)
    for listed_8 in client.agents.calls.list(agent_id="a"):
        assert_type(listed_8, AgentCall)
    assert_type(client.agents.calls.retrieve("c"), AgentCall)
    assert_type(client.agents.deployments.list("a"), list[Deployment])
    assert_type(client.agents.deployments.retrieve("d"), Deployment)
    assert_type(client.agents.metrics.list(), MetricPage)
    for item_9 in client.agents.metrics.iter_all():
        assert_type(item_9, Metric)
    for listed_9 in client.agents.metrics.list():
        assert_type(listed_9, Metric)
    assert_type(client.agents.metrics.create(name="n", prompt="p"), Metric)
    assert_type(client.agents.metrics.retrieve("m"), Metric)
    client.agents.metrics.add_to_agent("m", agent_id="a")
    client.agents.metrics.remove_from_agent("m", agent_id="a")
    assert_type(client.agents.metrics.results.list(agent_id="a"), MetricResultPage)
    for item_10 in client.agents.metrics.results.iter_all(metric_id="m"):
        assert_type(item_10, MetricResult)
    for listed_10 in client.agents.metrics.results.list(metric_id="m"):
        assert_type(listed_10, MetricResult)
    assert_type(client.agents.metrics.results.export(agent_id="a"), str)
    with client.agents.calls.download_audio("c") as download:
        assert_type(download, Download)
    speech = client.voice_changer.generate(PATH, voice="v", output_format=RAW)
    assert_type(speech, SpeechStream)
    assert_type(client.voice_changer.generate_sse(PATH, voice="v", output_format=RAW), SpeechStream)
    assert_type(client.tts.infill("Hi", voice="v", language="en", left_audio=PATH), SpeechStream)


async def asynchronous(client: AsyncCartesia) -> None:
    assert_type(await client.status.get(), ServiceStatus)
    assert_type(await client.access_token.create(expires_in=60), IssuedToken)
    assert_type(await client.accents.list(), AccentCatalog)
    assert_type(await client.locales.list(), LocaleCatalog)
    assert_type(
        await client.voices.list(limit=3, gender="feminine", expand=["preview_file_url"]), VoicePage
    )
    async for item_1 in client.voices.iter_all(q="calm"):
        assert_type(item_1, Voice)
    async for listed_1 in client.voices.list(q="calm"):
        assert_type(listed_1, Voice)
    assert_type(await client.voices.clone(clip=PATH, name="n", language="en"), VoiceMetadata)
    assert_type(
        await client.voices.localize(voice_id="v", name="n", accent="british"), VoiceMetadata
    )
    assert_type(await client.voices.get("v"), Voice)
    assert_type(await client.voices.update("v", name="n", gender=None), Voice)
    assert_type(await client.voices.add_accents("v", accents=["british"]), Voice)
    assert_type(await client.voices.delete_accent("british", id="v"), Voice)
    await client.voices.delete("v")
    assert_type(
        await client.stt.transcribe(
            file=b"RIFF", model="ink-whisper", timestamp_granularities=["word"]
        ),
        Transcription,
    )
    assert_type(await client.pronunciation_dicts.list(limit=3), PronunciationDictPage)
    async for item_2 in client.pronunciation_dicts.iter_all():
        assert_type(item_2, PronunciationDict)
    async for listed_2 in client.pronunciation_dicts.list():
        assert_type(listed_2, PronunciationDict)
    assert_type(await client.pronunciation_dicts.create(name="n"), PronunciationDict)
    assert_type(await client.pronunciation_dicts.retrieve("p"), PronunciationDict)
    assert_type(await client.pronunciation_dicts.update("p", name="n"), PronunciationDict)
    await client.pronunciation_dicts.delete("p")
    assert_type(await client.datasets.list(), DatasetPage)
    async for item_3 in client.datasets.iter_all():
        assert_type(item_3, Dataset)
    async for listed_3 in client.datasets.list():
        assert_type(listed_3, Dataset)
    assert_type(await client.datasets.create(name="n", description="d"), Dataset)
    assert_type(await client.datasets.retrieve("d"), Dataset)
    await client.datasets.update("d", name="n", description="d")
    assert_type(await client.datasets.files.list("d"), DatasetFilePage)
    async for item_4 in client.datasets.files.iter_all("d"):
        assert_type(item_4, DatasetFile)
    async for listed_4 in client.datasets.files.list("d"):
        assert_type(listed_4, DatasetFile)
    await client.datasets.files.upload("d", file=PATH)
    await client.datasets.files.delete("f", id="d")
    await client.datasets.delete("d")
    assert_type(await client.files.list(q="clip"), StoredFilePage)
    async for item_5 in client.files.iter_all():
        assert_type(item_5, StoredFile)
    async for listed_5 in client.files.list():
        assert_type(listed_5, StoredFile)
    assert_type(await client.files.upload(file=PATH, purpose="fine_tune"), StoredFile)
    assert_type(await client.files.get("f"), StoredFile)
    assert_type(await client.fine_tunes.list(), FineTunePage)
    async for item_6 in client.fine_tunes.iter_all():
        assert_type(item_6, FineTune)
    async for listed_6 in client.fine_tunes.list():
        assert_type(listed_6, FineTune)
    assert_type(
        await client.fine_tunes.create(
            name="n", description="d", language="en", model_id="sonic-3-2026-01-12", dataset="d"
        ),
        FineTune,
    )
    assert_type(await client.fine_tunes.retrieve("t"), FineTune)
    assert_type(await client.fine_tunes.list_voices("t"), VoicePage)
    async for item_7 in client.fine_tunes.iter_voices("t"):
        assert_type(item_7, Voice)
    async for listed_7 in client.fine_tunes.list_voices("t"):
        assert_type(listed_7, Voice)
    await client.fine_tunes.delete("t")
    assert_type(await client.agents.list(), AgentList)
    assert_type(await client.agents.list_templates(), AgentTemplateList)
    assert_type(await client.agents.retrieve("a"), AgentSummary)
    assert_type(await client.agents.update("a", name="n"), AgentSummary)
    assert_type(await client.agents.list_phone_numbers("a"), list[PhoneNumber])
    await client.agents.delete("a")
    assert_type(await client.agents.calls.list(agent_id="a", expand="transcript"), AgentCallPage)
    async for item_8 in client.agents.calls.iter_all(agent_id="a"):
        assert_type(item_8, AgentCall)
    async for listed_8 in client.agents.calls.list(agent_id="a"):
        assert_type(listed_8, AgentCall)
    assert_type(await client.agents.calls.retrieve("c"), AgentCall)
    assert_type(await client.agents.deployments.list("a"), list[Deployment])
    assert_type(await client.agents.deployments.retrieve("d"), Deployment)
    assert_type(await client.agents.metrics.list(), MetricPage)
    async for item_9 in client.agents.metrics.iter_all():
        assert_type(item_9, Metric)
    async for listed_9 in client.agents.metrics.list():
        assert_type(listed_9, Metric)
    assert_type(await client.agents.metrics.create(name="n", prompt="p"), Metric)
    assert_type(await client.agents.metrics.retrieve("m"), Metric)
    await client.agents.metrics.add_to_agent("m", agent_id="a")
    await client.agents.metrics.remove_from_agent("m", agent_id="a")
    assert_type(await client.agents.metrics.results.list(agent_id="a"), MetricResultPage)
    async for item_10 in client.agents.metrics.results.iter_all(metric_id="m"):
        assert_type(item_10, MetricResult)
    async for listed_10 in client.agents.metrics.results.list(metric_id="m"):
        assert_type(listed_10, MetricResult)
    assert_type(await client.agents.metrics.results.export(agent_id="a"), str)
    async with client.agents.calls.download_audio("c") as download:
        assert_type(download, AsyncDownload)
    speech = client.voice_changer.generate(PATH, voice="v", output_format=RAW)
    assert_type(speech, AsyncSpeechStream)
    assert_type(
        client.voice_changer.generate_sse(PATH, voice="v", output_format=RAW), AsyncSpeechStream
    )
    assert_type(
        client.tts.infill("Hi", voice="v", language="en", left_audio=PATH), AsyncSpeechStream
    )
