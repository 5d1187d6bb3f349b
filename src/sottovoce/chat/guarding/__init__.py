"""What adapts each guard to a turn: its verdicts become those of chat/guarded.py."""
