"""What people and programs ask of calls that go on: hold, consult, transfer, hang up. The switch does it."""
