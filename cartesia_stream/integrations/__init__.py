"""Adapters for voice frameworks: LiveKit Agents, Pipecat, OpenAI Agents and Wyoming.

Import the module of your framework, such as `cartesia_stream.integrations.livekit`; the extra of
the same name installs the framework. Each adapter takes an `AsyncCartesia`: share one among all
sessions of a process, so that all of them wait in one queue for the slots of your plan.
"""
