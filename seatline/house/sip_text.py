"""The text of SIP as far as our own telephones for trials speak it: headers, answers, session descriptions."""

import re

REASONS = {100: "Trying", 180: "Ringing", 200: "OK", 404: "Not Found", 408: "Request Timeout", 480: "Unavailable",
            486: "Busy Here", 487: "Request Terminated", 500: "Server Error", 503: "Service Unavailable",
            603: "Decline"}  # fmt: skip


def header(text: str, name: str) -> str:
    """A header's value, the first of that name; empty if there is none."""
    found = re.search(rf"^{name}\s*:\s*(.*?)\r?$", text, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""


def answer(request: str, code: int, *, tag: str = "", contact: str = "", body: str = "") -> str:
    """The answer to a request; `body` is a session description."""
    vias = re.findall(r"^Via\s*:.*?\r?$", request, re.MULTILINE | re.IGNORECASE)
    to = header(request, "To")
    lines = [
        f"SIP/2.0 {code} {REASONS.get(code, 'Refused')}",
        *(via.rstrip("\r") for via in vias),
        f"From: {header(request, 'From')}",
        f"To: {to}" + (f";tag={tag}" if tag and code > 100 and ";tag=" not in to else ""),
        f"Call-ID: {header(request, 'Call-ID')}",
        f"CSeq: {header(request, 'CSeq')}",
        *([f"Contact: {contact}"] if contact and code > 100 else []),
        *(["Content-Type: application/sdp"] if body else []),
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(lines) + "\r\n\r\n" + body


def sound(host: str, port: int, way: str = "sendrecv", version: int = 1) -> str:
    """A session description: A-law and keys at this port; `way` is sendonly of one who holds, `version` counts up."""
    return (
        f"v=0\r\no=telephone 1 {version} IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 8 101\r\n"
        f"a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na={way}\r\n"
    )
