"""Secrets that somebody would guess.

Rules of this file: pure. What machines make has 192 bits; what is shorter than twenty characters, has few different
ones, or is the name it belongs to, was made by a person.
"""

SHORTEST = 20  # characters of a secret that no person types (trust.md 3.6)
#: PINs that are tried first: the beginning of every list of leaked PINs (D. Amitay, 2011; DataGenetics, 2012).
FIRST_PINS = ("1234", "0000", "1111", "1212", "7777", "1004", "2000", "4444", "2222", "6969", "123456", "111111")
#: Passwords that are tried first.
FIRST_PASSWORDS = ("password", "123456", "12345678", "admin", "asterisk", "changeme", "secret", "seatline", "letmein")


def weak(secret: str, name: str = "") -> bool:
    """Whether a machine's secret is one that a person made, or is its own name."""
    plain = secret.lower()
    return len(secret) < SHORTEST or len(set(secret)) < 8 or (bool(name) and name.lower() in plain)


def first_guesses(name: str) -> tuple[str, ...]:
    """What somebody tries first as the password of `name`."""
    return (name, f"{name}123", f"{name}1", *FIRST_PASSWORDS)
