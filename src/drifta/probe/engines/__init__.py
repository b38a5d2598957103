"""Batched engines: many sockets watched by one epoll, without a coroutine per check."""
