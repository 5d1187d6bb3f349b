"""Shelves of documents: read, cut into passages, found again, quoted to the byte."""
