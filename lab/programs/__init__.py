"""Programs that run on machines of the lab; each is one file, copied to its machine, for Debian's own Python."""
