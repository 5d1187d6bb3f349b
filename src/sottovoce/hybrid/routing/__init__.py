"""Where a question is answered, here or elsewhere: rules, signals of the answer here, and why."""
