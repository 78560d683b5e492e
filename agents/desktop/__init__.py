"""The door to the agent's desk: who comes in at /desk/, with agent number and PIN."""
