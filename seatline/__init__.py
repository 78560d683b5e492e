"""The Django project: settings, the clock, the error tree, logs, and the house that starts it all."""
