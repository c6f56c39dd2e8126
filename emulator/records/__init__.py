"""The gate: every read and write of a record, whoever asks, goes through it."""
