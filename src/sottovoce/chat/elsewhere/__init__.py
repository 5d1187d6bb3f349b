"""Answers from a model elsewhere, in the same chat: seen before it leaves, and marked as what it is."""
