"""Text, without I/O: how it is cut, which words were spoken, what is still to say."""
