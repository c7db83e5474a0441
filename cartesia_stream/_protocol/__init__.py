"""The protocol without I/O: bytes in, events and bytes out.

Nothing in this folder opens a socket or file, starts a thread or task, sleeps, or reads a clock:
time comes in as an argument and leaves as a deadline.
"""
