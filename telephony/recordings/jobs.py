"""Jobs: every five minutes the waveforms of new recordings are computed."""

from procrastinate.contrib.django import app

from telephony.recordings.waveform import compute_due


@app.periodic(cron="*/5 * * * *")
@app.task(name="telephony.peaks", queueing_lock="telephony.peaks")
def peaks(timestamp: int) -> None:
    """Some at once; the next run takes the next."""
    compute_due()
