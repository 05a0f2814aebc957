"""What the tests from outside (e2e, fault) stand on: the built programs as processes, HTTP clients, and a look at the log."""
