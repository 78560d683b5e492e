"""The watchdog's eyes and hands: the switch's heartbeat, stranded callers, and the record of the fallback.

Rules of this room: it must work while everything else does not, so it knows neither Django nor PostgreSQL.
"""
