"""Structured e-invoices after EN 16931: one meaning, two spellings (UBL 2.1 and CII), and the PDF that carries one.

Rules of this room: `meaning` takes the frozen rows of an issued document apart; `ubl` and `cii` only spell. The numbers
beside the fields (BT-1, BG-23) are those of the standard.
"""
