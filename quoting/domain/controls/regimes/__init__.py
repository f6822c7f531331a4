"""One module a regime: functions from facts and parameters to one cited finding."""
