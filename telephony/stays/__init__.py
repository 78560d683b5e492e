"""Callers' stays in queues: one row for each, from joining to leaving, with how it ended."""
