"""Terms and facts in, charge lines with their arithmetic in words out.

Rules of this room: no Django, no clock, no database, no chance; exact `Decimal` and `Fraction`, one rounding per line,
half up on the magnitude. docs/pricing.md tells the algorithm in words, with a worked table.
"""
