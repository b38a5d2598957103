"""Mail as pure arithmetic: bytes in, frozen values out; no Django, no network, no database."""
