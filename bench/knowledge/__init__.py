"""How well a shelf is searched: a corpus anybody can fetch, questions with answers, and the measures."""
