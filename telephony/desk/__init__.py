"""The agent's desk in the browser: the shift, the phone, the call in hand, and what came before it."""
