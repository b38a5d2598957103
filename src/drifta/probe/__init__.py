"""The probe: runs checks at one site and delivers their results to the server.

It imports no Django and no other module of Drifta (``drifta.words`` marks texts only), so that it starts in
a moment and runs on small machines. Its wire format is ``docs/formats/probe-protocol.md``.
"""
