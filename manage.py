#!/usr/bin/env python3
"""Django's command line for Seatline; `./run manage ...` calls it with the settings of this machine."""

import os
import sys


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seatline.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - the settings must be named before

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
