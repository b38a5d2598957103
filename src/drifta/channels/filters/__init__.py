"""The mail filters, one file each, in the order of their ``order``. Imports no Django; see ``incoming.py``."""
