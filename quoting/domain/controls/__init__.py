"""Export determinations: may this transaction happen, on this day, and why."""
