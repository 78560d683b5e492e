"""Asterisk's manager interface: phones that come and go, security events, recordings, health."""
