"""The sync client: threads and sockets around the shared protocol."""
