"""Sans-I/O implementation of the protocol: bytes in, events and bytes out.

No module here opens a socket or a file, starts a thread or a task, sleeps, or reads a clock. The
caller passes the time as an argument and gets deadlines back.
"""
