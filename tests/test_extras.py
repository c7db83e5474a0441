"""What an extra brings is named by its error where it is missing."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "package", "extra"),
    [
        ("cartesia_stream.otel", "opentelemetry", "otel"),
        ("cartesia_stream.integrations.livekit", "livekit", "livekit"),
        ("cartesia_stream.integrations.pipecat", "pipecat", "pipecat"),
        ("cartesia_stream.integrations.openai_agents", "agents", "openai-agents"),
        ("cartesia_stream.integrations.wyoming", "wyoming", "wyoming"),
    ],
)
def test_a_module_names_the_extra_that_it_needs(module: str, package: str, extra: str) -> None:
    """In an error that says which package is missing, as imports do."""
    program = f"""
import sys
sys.modules[{package!r}] = None
try:
    import {module}
except ModuleNotFoundError as error:
    assert error.name.partition(".")[0] == {package!r}, error.name
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == f'this needs {package}: pip install "cartesia-stream[{extra}]"\n'
