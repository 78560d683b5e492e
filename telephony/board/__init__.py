"""The wallboard: what goes on now and how the day goes, with alarms; for supervisors, and on screens on the wall."""
