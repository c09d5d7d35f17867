"""A model as a folder that runs without torch, and the proof that every way of reading it gives the same numbers."""
