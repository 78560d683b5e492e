"""What all pages of the admin share: refusals in words, pages that ask before they act, how values are shown."""
