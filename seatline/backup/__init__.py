"""Copies of the house that outlive it: sealed, off-site, to any instant, and tried.

`sealed` is the file format, `archive` keeps the write-ahead log, `making` a whole backup, `restoring` brings it back,
`tenant` copies one tenant, `rows` proves with hashes that what comes back is what was there. Keys are in no backup.
"""
