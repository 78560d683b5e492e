"""Uploads are bounded while they come in, not when they have filled the memory.

`BoundedUpload` stands first among Django's upload handlers: it looks at the announced length before a byte is read, and
counts what comes in case the length was a lie. A file that is too large is read away and forgotten, the form's other
fields stay, and `too_large` tells the form why there is no file. Behind it Django keeps small files in memory and
larger ones in a temporary file.
"""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from seatline.errors import BadInput

LARGEST = 21 * 1024 * 1024  # bytes of a whole form: a prompt of 20 MB, and its fields
_MARK = "seatline_upload_too_large"


class UploadTooLarge(BadInput):
    """The file is too large: at most {megabytes} MB are taken."""


class BoundedUpload(FileUploadHandler):
    """Stops what is too large, whatever form it is for."""

    def handle_raw_input(
        self, input_data: Any, META: dict[str, Any], content_length: int, boundary: Any, encoding: str | None = None
    ) -> None:  # fmt: skip
        """Before the first byte."""
        self.announced = content_length
        self.taken = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        super().new_file(*args, **kwargs)
        if self.announced > LARGEST:
            self._refuse()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Count, and hand on to the next handler."""
        self.taken += len(raw_data)
        if self.taken > LARGEST:
            self._refuse()
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler keeps the file."""

    def _refuse(self) -> None:
        setattr(self.request, _MARK, True)
        raise StopUpload(connection_reset=False)


def too_large(request: HttpRequest) -> UploadTooLarge | None:
    """The refusal, if a file of this request was too large."""
    return UploadTooLarge(megabytes=LARGEST // 2**20 - 1) if getattr(request, _MARK, False) else None


def whole_file(file: UploadedFile, largest: int) -> bytes:
    """The content of an upload of at most `largest` bytes, read once its size is known. Raises UploadTooLarge."""
    if file.size is None or file.size > largest:
        raise UploadTooLarge(megabytes=largest // 2**20)
    return bytes(file.read())
