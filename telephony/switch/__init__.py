"""The switch: the long-running process between Asterisk and the core. It wires and writes; it decides nothing."""
