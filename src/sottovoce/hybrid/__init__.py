"""Models elsewhere: what is recorded of them, and how one is asked."""
