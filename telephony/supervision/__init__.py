"""Supervisors in talks: who may, who asks, and who was in which talk from when to when."""
