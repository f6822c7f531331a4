"""The contract in JSON: strict reading of what callers send, exact printing of what they get."""
