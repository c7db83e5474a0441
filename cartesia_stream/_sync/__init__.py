"""The blocking face: threads and sockets around the shared protocol."""
