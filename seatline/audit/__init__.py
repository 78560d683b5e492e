"""The security audit: what of this installation an attacker would try first, ranked, each with its mending."""
