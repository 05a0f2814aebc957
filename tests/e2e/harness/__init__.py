"""What the end-to-end tests stand on: the built programs as processes, HTTP clients, and a look at the log."""
