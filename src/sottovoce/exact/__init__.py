"""What can be computed is not guessed: sums, units and dates, exactly. Pure, values in and values out."""
