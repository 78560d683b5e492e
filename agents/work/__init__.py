"""The desk's work for who calls: the card, cases, knowledge and scripts, as parts of the desk's page."""
