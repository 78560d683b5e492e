"""How long sound is kept, what is kept for a court, and the destruction of the rest."""
