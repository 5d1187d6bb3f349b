"""What may be said: pure, values in and values out."""
