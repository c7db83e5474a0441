"""The engines at work: which ones run here, and the timed events that a request becomes."""
