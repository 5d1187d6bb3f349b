"""Pages of a PDF: text broken into lines, set in letters that a reader has, and written as a file."""
