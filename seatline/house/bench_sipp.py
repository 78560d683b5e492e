"""SIPp for benches: many callers at a rate, all agents' phones as one process, and what both noted by one clock.

Callers show numbers that are never used twice, so the INVITE that a caller sent and the one that an agent got are
known to be one call. Both instants are SIPp's own, to the microsecond, on one machine.
"""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from seatline.errors import Unavailable
from seatline.house.processes import Process

PHONES_AT = "127.0.0.1"
_MARGIN = 25  # seconds that a run may take longer than its calls need
_ENVIRONMENT = {"TERM": "dumb", "PATH": "/usr/bin:/bin:/usr/local/bin"}

SOUND = """\
v=0
o=sipp 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio [media_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
"""
REPLY = """\
[last_Via:]
[last_From:]
[last_To:];tag=[pid]-[call_number]
[last_Call-ID:]
[last_CSeq:]
"""
_REGISTERING = """\
<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="phones register">
<send retrans="500"><![CDATA[
REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[remote_ip]>;tag=[pid]-[call_number]
To: <sip:[field0]@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 REGISTER
Contact: <sip:[field0]@[local_ip]:[local_port]>
Max-Forwards: 70
Expires: 3600
Content-Length: 0

]]></send>
<recv response="100" optional="true"/>
<recv response="401" auth="true"/>
<send retrans="500"><![CDATA[
REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[remote_ip]>;tag=[pid]-[call_number]
To: <sip:[field0]@[remote_ip]>
Call-ID: [call_id]
CSeq: 2 REGISTER
Contact: <sip:[field0]@[local_ip]:[local_port]>
[field1]
Max-Forwards: 70
Expires: 3600
Content-Length: 0

]]></send>
<recv response="100" optional="true"/>
<recv response="200"/>
</scenario>
"""
# The registrar asks its phones now and then whether they are there (OPTIONS): those are calls of their own.
ANSWERING = f"""\
<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="phones answer at once">
<recv request="OPTIONS" optional="true" next="asked"/>
<recv request="INVITE"><action>
 <ereg regexp="sip:([^@]*)@" search_in="hdr" header="From:" assign_to="1,2"/>
 <log message="rung [timestamp] [$2]"/>
</action></recv>
<Reference variables="1"/>
<send retrans="500"><![CDATA[
SIP/2.0 200 OK
{REPLY}Contact: <sip:[local_ip]:[local_port]>
Content-Type: application/sdp
Content-Length: [len]

{SOUND}]]></send>
<recv request="ACK"/>
<recv request="BYE"/>
<send next="end"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<label id="asked"/>
<send><![CDATA[
SIP/2.0 200 OK
{REPLY}Content-Length: 0

]]></send>
<label id="end"/>
</scenario>
"""
# A phone that talks for a while, hangs up, and notes when it was free. The scenario knows itself by the To header.
HANGING_UP = Template(f"""\
<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="phones hang up">
<recv request="OPTIONS" optional="true" next="asked"/>
<recv request="INVITE"><action>
 <ereg regexp="sip:([^@]*)@" search_in="hdr" header="To:" assign_to="1,me"/>
 <ereg regexp=".*" search_in="hdr" header="From:" assign_to="them"/>
 <ereg regexp=".*" search_in="hdr" header="To:" assign_to="us"/>
 <ereg regexp="sip:[^>;]*" search_in="hdr" header="Contact:" assign_to="there"/>
 <log message="rung [timestamp] [$$me]"/>
</action></recv>
<Reference variables="1"/>
<send retrans="500">
<![CDATA[
SIP/2.0 200 OK
{REPLY}Contact: <sip:[local_ip]:[local_port]>
Content-Type: application/sdp
Content-Length: [len]

{SOUND}]]></send>
<recv request="ACK"/>
<pause milliseconds="$talk"/>
<nop><action><log message="free [timestamp] [$$me]"/></action></nop>
<send retrans="500"><![CDATA[
BYE [$$there] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: [$$us];tag=[pid]-[call_number]
To: [$$them]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200" next="end"/>
<label id="asked"/>
<send><![CDATA[
SIP/2.0 200 OK
{REPLY}Content-Length: 0

]]></send>
<label id="end"/>
</scenario>
""")
CALLING = Template("""\
<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="callers">
<nop><action><log message="invited [timestamp] [field0]"/></action></nop>
<send retrans="500"><![CDATA[
INVITE sip:$number@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[local_ip]>;tag=[pid]-[call_number]
To: <sip:$number@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:[field0]@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

$sound]]></send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="183" optional="true"/>
<recv response="200" rrs="true"/>
<nop><action><log message="answered [timestamp] [field0]"/></action></nop>
<send><![CDATA[
ACK [next_url] SIP/2.0
[routes]
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[local_ip]>;tag=[pid]-[call_number]
To: <sip:$number@[remote_ip]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
$speak$then<nop><action><log message="ended [timestamp] [field0]"/></action></nop>
</scenario>
""")
_HANGS_UP = Template("""\
<pause milliseconds="$hold"/>
<send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
[routes]
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[local_ip]>;tag=[pid]-[call_number]
To: <sip:$number@[remote_ip]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>
""")
_WAITS = """\
<recv request="BYE" timeout="120000"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
"""


class PhonesRefused(Unavailable):
    """The bench's phones could not register: {cause}"""


@dataclass(frozen=True, slots=True)
class Note:
    """One line of a log: what happened, when (seconds since the epoch), to the call of which caller."""

    word: str
    at: float
    caller: str


@dataclass(frozen=True, slots=True)
class Phones:
    """All agents' phones: one SIPp that answers every call at once and lets the caller hang up."""

    folder: Path
    port: int
    sip_port: int  # Asterisk's

    @property
    def process(self) -> Process:
        """The phones, as they wait for calls; what they hear they send back."""
        return Process(
            name="phones",
            command=(*_sipp("phones", PHONES_AT, self.port), "-mp", str(self.port + 2), "-rtp_echo"),
            folder=self.folder,
            log_folder=self.folder,
            environment=_ENVIRONMENT,
            directory=self.folder,
        )

    def start(self, scenario: str = ANSWERING) -> None:
        """Wait for calls from now on, and do with each what the scenario says."""
        (self.folder / "phones.xml").write_text(scenario)
        self.process.start()

    def register(self, secrets: Mapping[str, str]) -> None:
        """Register each account (endpoint -> SIP secret) with digest authentication, from the port that answers."""
        (self.folder / "register.xml").write_text(_REGISTERING)
        rate = max(5, 2000 // len(secrets))  # Asterisk reads all accounts for each phone that comes
        lines = [f"{name};[authentication username={name} password={secret}]" for name, secret in secrets.items()]
        (self.folder / "accounts.csv").write_text("\n".join(["SEQUENTIAL", *lines, ""]))
        done = subprocess.run(
            [*_sipp("register", PHONES_AT, self.port), f"127.0.0.1:{self.sip_port}", "-inf", "accounts.csv",
             "-r", str(rate), "-m", str(len(secrets)), "-timeout", f"{60 + len(secrets) // rate}s"],
            cwd=self.folder, env=_ENVIRONMENT, capture_output=True, text=True, errors="replace",
            timeout=70 + len(secrets) // rate,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise PhonesRefused(cause=f"SIPp ended with code {done.returncode}; see {self.folder}/register.err")

    def noted(self) -> list[Note]:
        """Everything that the phones noted."""
        return list(notes(self.folder / "phones.notes"))

    def rung(self) -> list[Note]:
        """Every call that came to a phone."""
        return [note for note in self.noted() if note.word == "rung"]


@dataclass(frozen=True, slots=True)
class Callers:
    """Callers of one carrier address who all dial one number."""

    folder: Path
    name: str
    host: str
    number: str
    sip_port: int  # Asterisk's
    hold_ms: int = 0
    waits: bool = False  # for the other to hang up, two minutes at most
    speech: str = ""  # a file of A-law without a head that they say again and again; empty: they are silent

    @property
    def scenario(self) -> str:
        """For SIPp."""
        then = _WAITS if self.waits else _HANGS_UP.substitute(number=self.number, hold=self.hold_ms)
        speak = (
            f'<nop><action><exec rtp_stream="{self.speech},-1,8,PCMA/8000"/></action></nop>\n' if self.speech else ""
        )
        return CALLING.substitute(number=self.number, sound=SOUND, speak=speak, then=then)

    def call(self, numbers: Sequence[str], rate: int, port: int) -> list[Note]:
        """One call from each number, `rate` a second; everything that these callers noted. Takes what calls take."""
        (self.folder / f"{self.name}.xml").write_text(self.scenario)
        (self.folder / f"{self.name}.csv").write_text("\n".join(["SEQUENTIAL", *numbers, ""]))
        seconds = len(numbers) // rate + _MARGIN + self.hold_ms // 1000 + (120 if self.waits else 0)
        (self.folder / f"{self.name}.notes").unlink(missing_ok=True)
        subprocess.run(
            [*_sipp(self.name, self.host, port), f"127.0.0.1:{self.sip_port}", "-inf", f"{self.name}.csv",
             "-r", str(rate), "-m", str(len(numbers)), "-l", "5000", "-timeout", f"{seconds}s", "-mp", str(port + 2)],
            cwd=self.folder, env=_ENVIRONMENT, capture_output=True, timeout=seconds + 10, stdin=subprocess.DEVNULL,
            check=False,
        )  # fmt: skip
        return list(notes(self.folder / f"{self.name}.notes"))


def notes(log: Path) -> Iterator[Note]:
    """The lines of a log; nothing if nobody wrote it. A last line that is still being written is left out."""
    try:
        lines = log.read_text(errors="replace").split("\n")[:-1]
    except FileNotFoundError:
        return
    for line in lines:
        words = line.split()  # WORD date time epoch caller
        if len(words) == 5:
            yield Note(words[0], float(words[3]), words[4])


def _sipp(name: str, host: str, port: int) -> tuple[str, ...]:
    return (
        "setpriv", "--pdeathsig", "TERM",  # whatever ends us ends SIPp too
        "sipp", "-sf", f"{name}.xml", "-i", host, "-p", str(port), "-nostdin", "-trace_logs", "-log_file",
        f"{name}.notes", "-trace_err", "-error_file", f"{name}.err",
    )  # fmt: skip
