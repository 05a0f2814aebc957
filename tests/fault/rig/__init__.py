"""What the fault tests stand on: a proxy that can be made to fail, services of their own behind it, clients that write down
what they were told, a script of faults, and the check of what was written down against the log."""
