"""The kernel as a Django app."""

from drifta.kernel.modules import Module


class Kernel(Module):
    """Actions, events, permissions, registries, and the tables they need."""

    name = "drifta.kernel"
    label = "kernel"
    verbose_name = "Kernel"

    def ready(self) -> None:
        """Nothing of the kernel waits to be found; its jobs are declared where they stand."""
        from drifta.kernel import events, idempotency, jobs, sealing, settings  # noqa: F401, PLC0415
