"""Sans-I/O text handling: chunking, word alignment, and the text that is still unspoken."""
