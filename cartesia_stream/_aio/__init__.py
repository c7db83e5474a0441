"""The async client: tasks and asyncio transports around the shared protocol."""
