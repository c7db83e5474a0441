"""The asyncio client of v0."""
