"""SIPp's scenario of one caller, and the reading of what it noted.

Notes are lines in SIPp's log, `WORD date time epoch rest`: invited, ringing, answered (address and port of the far
sound), refused (code), cancelled, far_bye, own_bye, ended. The time is SIPp's own, to the microsecond.
"""

from pathlib import Path
from string import Template

# What a call may be refused with; each needs its own line, SIPp knows no "any other code".
REFUSALS = (400, 403, 404, 408, 410, 415, 420, 480, 481, 482, 483, 484, 486, 488, 491, 500, 501, 502, 503, 504, 513,
            600, 603, 604)  # fmt: skip

# The waiting stands at every line at which SIPp may wait, and begins anew with each provisional answer.
# Branches are written out and not SIPp's own, so that ACK and CANCEL belong to their INVITE as RFC 3261 asks.
_HEAD = """\
Via: SIP/2.0/UDP $here;branch=z9hG4bK$branch$via
From: <sip:$caller@$host>;tag=$branch
To: <sip:$number@$target>$far_tag
Call-ID: [call_id]
CSeq: $cseq
Contact: <sip:$caller@$here>
Max-Forwards: 70
"""
_SOUND = """\
Content-Type: application/sdp
Content-Length: [len]

v=0
o=caller 1 1 IN IP4 $host
s=-
c=IN IP4 $host
t=0 0
m=audio $media RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=ptime:20
a=sendrecv
"""
_EMPTY = "Content-Length: 0\n\n"

_SCENARIO = Template("""\
<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="caller">
<nop><action><log message="invited [timestamp]"/></action></nop>
<send retrans="500"><![CDATA[
INVITE sip:$number@$target SIP/2.0
$invite]]></send>
<recv response="100" optional="true" $waits/>
<recv response="180" optional="true" $waits><action><log message="ringing [timestamp]"/></action></recv>
<recv response="183" optional="true" $waits><action><log message="ringing [timestamp]"/></action></recv>
$refusals
<recv response="200" rrs="true" $waits>
 <action>
  <ereg regexp="c=IN IP4 ([0-9.]+)" search_in="body" assign_to="1,2"/>
  <ereg regexp="m=audio ([0-9]+)" search_in="body" assign_to="3,4"/>
  <log message="answered [timestamp] [$$2] [$$4]"/>
 </action>
</recv>
<Reference variables="1,3"/>
<send><![CDATA[
ACK [next_url] SIP/2.0
[routes]
$ack]]></send>
<recv request="MESSAGE" optional="true" next="hang_up" timeout="$talk" ontimeout="hang_up"/>
<recv request="BYE" timeout="$talk" ontimeout="hang_up"><action><log message="far_bye [timestamp]"/></action></recv>
<send next="end"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<label id="hang_up"/>
<nop><action><log message="own_bye [timestamp]"/></action></nop>
<send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
[routes]
$bye]]></send>
<recv request="BYE" optional="true"/>
<recv response="481" optional="true" next="end"/>
<recv response="200" next="end"/>
<label id="cancel"/>
<nop><action><log message="cancelled [timestamp]"/></action></nop>
<send retrans="500"><![CDATA[
CANCEL sip:$number@$target SIP/2.0
$cancel]]></send>
<recv response="200"/>
<recv response="487"/>
<send next="end"><![CDATA[
ACK sip:$number@$target SIP/2.0
$refused]]></send>
<label id="refused"/>
<send next="end"><![CDATA[
ACK sip:$number@$target SIP/2.0
$refused]]></send>
<label id="end"/>
<nop><action><log message="ended [timestamp]"/></action></nop>
</scenario>
""")


def scenario(
    *,
    number: str,
    caller: str,
    host: str,
    port: int,
    media_port: int,
    target: str,
    branch: str,
    patience_ms: int,
    talk_ms: int,
) -> str:
    """The scenario of one call from `host:port` to `number` at `target`; cancelled if unanswered for `patience_ms`."""
    common = {
        "number": number, "caller": caller, "host": host, "here": f"{host}:{port}", "media": str(media_port),
        "target": target, "branch": branch,
    }  # fmt: skip

    def headers(cseq: str, via: str, *, far_tag: str = "", body: str = _EMPTY) -> str:
        return Template(_HEAD + body).substitute(common, cseq=cseq, via=via, far_tag=far_tag)

    waits = f'timeout="{patience_ms}" ontimeout="cancel"'
    refusals = "\n".join(
        f'<recv response="{code}" optional="true" next="refused" {waits}>'
        f'<action><log message="refused [timestamp] {code}"/></action></recv>'
        for code in REFUSALS
    )
    return _SCENARIO.substitute(
        common,
        invite=headers("1 INVITE", "i", body=_SOUND),
        refusals=refusals,
        waits=waits,
        ack=headers("1 ACK", "a", far_tag="[peer_tag_param]"),
        talk=str(talk_ms),
        bye=headers("2 BYE", "b", far_tag="[peer_tag_param]"),
        cancel=headers("1 CANCEL", "i"),
        refused=headers("1 ACK", "i", far_tag="[peer_tag_param]"),
    )


def hang_up_message(call_id: str) -> bytes:
    """What makes a running scenario hang up: a request within its call, sent by us and never by Asterisk."""
    return (
        "MESSAGE sip:caller@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKhangup\r\n"
        f"From: <sip:us@127.0.0.1>;tag=us\r\nTo: <sip:caller@127.0.0.1>\r\nCall-ID: {call_id}\r\n"
        "CSeq: 9 MESSAGE\r\nMax-Forwards: 1\r\nContent-Length: 0\r\n\r\n"
    ).encode()


def notes(log: Path) -> dict[str, tuple[float, list[str]]]:
    """Word -> its instant (seconds since the epoch) and the rest of its line; of a word that came twice, the first."""
    found: dict[str, tuple[float, list[str]]] = {}
    try:
        lines = log.read_text(errors="replace").split("\n")[:-1]  # the last one may still be being written
    except FileNotFoundError:
        return found
    for line in lines:
        words = line.split()
        if len(words) >= 4:
            found.setdefault(words[0], (float(words[3]), words[4:]))
    return found
