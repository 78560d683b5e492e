"""Secrets that somebody would guess.

Rules of this file: pure. What machines make has 192 bits; what is shorter than twenty characters, has few different
ones, or is the name it belongs to, was made by a person.
"""

SHORTEST = 20  # characters of a secret that no person types (trust.md 3.6)
#: Passwords that are tried first. Few, since each try takes as long as a login.
FIRST_PASSWORDS = ("password", "12345678", "admin", "seatline")


def weak(secret: str, name: str = "") -> bool:
    """Whether a machine's secret is one that a person made, or is its own name."""
    plain = secret.lower()
    return len(secret) < SHORTEST or len(set(secret)) < 8 or (bool(name) and name.lower() in plain)


def first_guesses(name: str) -> tuple[str, ...]:
    """What somebody tries first as the password of `name`."""
    return (name, f"{name}123", *FIRST_PASSWORDS)


def first_pins(number: str) -> tuple[str, ...]:
    """What somebody tries first as the PIN of agent `number`: the PIN that leads every list of leaked ones, and the
    number itself. Other easy ones are refused when a PIN is set (agents/people/rules.py)."""
    return ("1234", number)
