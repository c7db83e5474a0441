"""Samples: their encodings, and audio cut and converted while it arrives, without I/O."""
