"""The asyncio face: tasks and transports around the shared protocol."""
