"""The list of returns: which windows to ask for, what an answer proves, what is left."""
