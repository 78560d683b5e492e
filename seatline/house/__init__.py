"""The house: sets the machine up, starts and stops the processes, checks them, and walks the demo.

The topmost layer: it may look at every floor, no floor looks at it. `./run` is its door.
"""
