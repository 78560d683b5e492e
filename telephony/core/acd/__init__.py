"""Automatic call distribution: who sits ready, who waits, and who gets whom.

Rules of this package: pure in, pure out, like the rest of the core, but for speed the floor is kept as an index that
is changed in place: a decision costs the same with ten agents and with ten thousand. `plain.py` says in a few slow
lines what the index must answer; property tests hold the two together.
"""
