"""Asterisk's REST interface: the only code, with `telephony.ami` and `telephony.agi`, that knows Asterisk's words."""
