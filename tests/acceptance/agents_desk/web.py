"""The web beside the rig, as it runs for people, and an agent's browser in it; for synchronous stories.

Chromium's microphone is a file with a tone: so who hears whom is heard, on both sides. Playwright runs on the rig's own
loop, so that a story may ask the database at any line.
"""

import math
import os
import shutil
import socket
import subprocess
import sys
import wave
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connections
from playwright.async_api import Page, async_playwright

from seatline.env import ROOT
from tests.acceptance.rig import Rig
from tests.acceptance.waiting import wait_until

#: The tone that the loudspeaker plays, as the browser itself hears it: the strongest frequency, or 0 if it is quiet.
_HEARD = """async () => {
  const context = window.heardBy ??= new AudioContext({ sampleRate: 48000 });
  const stream = document.querySelector("#speaker").srcObject;
  if (!stream) return 0;
  const analyser = context.createAnalyser();
  analyser.fftSize = 8192;
  context.createMediaStreamSource(stream).connect(analyser);
  await new Promise((done) => setTimeout(done, 300));
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  const best = bins.indexOf(Math.max(...bins));
  return bins[best] > -60 ? best * 48000 / 8192 : 0;
}"""


@contextmanager
def web(rig: Rig) -> Iterator[str]:
    """The address of the web, as long as it is needed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    manage = [sys.executable, "manage.py"]
    for po in (po for where in settings.LOCALE_PATHS for po in Path(where).rglob("*.po")):
        subprocess.run(["msgfmt", "-o", str(po.with_suffix(".mo")), str(po)], check=True)
    subprocess.run([*manage, "collectstatic", "--noinput"], cwd=ROOT, check=True, capture_output=True)
    command = (
        sys.executable, "-m", "uvicorn", "seatline.asgi:application", "--host", "127.0.0.1", "--port", str(port),
        "--lifespan", "off", "--ws", "websockets-sansio", "--timeout-graceful-shutdown", "2",
    )  # fmt: skip
    program = rig.program("web", command)
    url = urlsplit(os.environ.get("SEATLINE_TEST_APP_URL") or os.environ["DATABASE_URL"])
    name = connections["default"].settings_dict["NAME"]
    as_web = {**program.environment, "DATABASE_URL": url._replace(path=f"/{name}").geturl()}
    program = replace(program, environment=as_web)
    program.start()
    try:
        base = f"http://127.0.0.1:{port}"
        wait_until(lambda: _answers(port), 30, f"the web at {base}")
        yield base
    finally:
        program.stop()


def _answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Browser:
    """An agent's browser at the desk."""

    rig: Rig
    page: Page
    trouble: list[str]

    def do(self, work: Any) -> Any:
        """One step of Playwright's."""
        return self.rig.do(work, 30)

    def evaluate(self, script: str) -> Any:
        """What a script in the page gives."""
        return self.do(self.page.evaluate(script))

    def click(self, name: str) -> None:
        """Click what has this test id."""
        self.do(self.page.get_by_test_id(name).click(timeout=8000))

    def sees(self, name: str, text: str | None = None, patience: float = 8.0) -> None:
        """Wait until this is there, with this text in it."""
        found = self.page.get_by_test_id(name)
        found = found.filter(has_text=text) if text else found
        self.do(found.first.wait_for(timeout=patience * 1000))

    def sees_state(self, state: str, patience: float = 8.0) -> None:
        """Wait until the page shows that the agent is in this state."""
        self.do(self.page.wait_for_selector(f'body[data-state="{state}"]', timeout=patience * 1000))

    def hears(self, hertz: int, patience: float = 5.0) -> None:
        """Wait until this tone comes out of the loudspeaker."""

        def heard() -> bool:
            return abs(float(self.do(self.page.evaluate(_HEARD))) - hertz) < 15

        wait_until(heard, patience, f"{hertz} Hz in the browser")

    def shot(self, name: str) -> None:
        """A picture, where somebody wants to look at them."""
        if folder := os.environ.get("SEATLINE_SHOTS"):
            self.do(self.page.screenshot(path=f"{folder}/{name}.png"))


@contextmanager
def browser(rig: Rig, base: str, hertz: int, language: str = "en") -> Iterator[Browser]:
    """A browser whose microphone hears this tone; nothing may break in it, and nothing come from elsewhere."""
    tone = _tone(rig.folder / "tones" / f"microphone-{hertz}.wav", hertz)
    arguments = [
        "--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={tone}", "--autoplay-policy=no-user-gesture-required",
        "--allow-loopback-in-peer-connection",
    ]  # fmt: skip
    trouble: list[str] = []

    async def start() -> Any:
        playwright = await async_playwright().start()
        chromium = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        context = await chromium.new_context(viewport={"width": 1366, "height": 768}, base_url=base)
        await context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": base}])
        page = await context.new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("request", lambda request: None if _ours(request.url, base) else trouble.append(request.url))
        return playwright, chromium, page

    playwright, chromium, page = rig.do(start())
    try:
        yield Browser(rig, page, trouble)
    finally:
        rig.do(chromium.close())
        rig.do(playwright.stop())
    assert not trouble


def _ours(url: str, base: str) -> bool:
    return url.startswith((base, base.replace("http", "ws", 1), "data:", "blob:"))


def _tone(path: Path, hertz: int, seconds: float = 4.0) -> Path:
    """As `sound.write_tone`, at the rate of a browser's microphone."""
    rate = 48000
    frames = array("h", (round(8192 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(round(rate * seconds))))
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, rate, 0, "NONE", ""))
        sound.writeframes(frames.tobytes())
    return path
