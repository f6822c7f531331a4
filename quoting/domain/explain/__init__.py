"""Why not, what is open, what changes, and the answer in words."""
