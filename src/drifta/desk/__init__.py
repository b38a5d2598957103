"""The desk: tickets and their messages, lines and queues, views."""
