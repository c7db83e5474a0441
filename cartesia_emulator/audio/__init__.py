"""Samples as numbers: encodings, resampling, and audio files."""
