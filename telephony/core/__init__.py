"""The sans-IO core: what a call is and what becomes of it.

Rules of this package: frozen values in, frozen values out. It knows no Django, no socket, no clock and no chance of
its own: time comes in with the event (`at`), a timer is a command out and an event back. Asterisk's words stay in
`telephony/ari` and `telephony/ami`, tables in the rooms that own them.
"""
