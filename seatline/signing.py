"""Signs what leaves the house, so that whoever gets it can prove later that it came from here.

Ed25519 (RFC 8032). The key is made from this machine's vault key and is never in the database. The public key goes
out with each signature: who compares it with the first one they got needs no secret of ours.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from seatline.env import environment


def sign(text: str) -> tuple[str, str]:
    """Signature and public key of `text`, in hexadecimal."""
    key = _key()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return key.sign(text.encode()).hex(), public.hex()


def signed_by(text: str, signature: str, public_key: str) -> bool:
    """Whether the holder of the key signed exactly this text."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _key() -> Ed25519PrivateKey:
    secrets = environment.words("SEATLINE_VAULT_KEY") or [environment.text("SEATLINE_SECRET_KEY")]
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"seatline signing v1").derive(secrets[0].encode())
    return Ed25519PrivateKey.from_private_bytes(seed)
