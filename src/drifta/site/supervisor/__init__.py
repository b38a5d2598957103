"""``drifta up``: starts the processes, restarts what dies, stops them."""
