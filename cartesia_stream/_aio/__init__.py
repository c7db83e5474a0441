"""The asyncio face: tasks and transports around the shared core."""
