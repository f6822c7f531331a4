"""Pure rules: no input or output, no clock, no logging, no floating-point money."""
