"""systemd-nspawn inside a machine of the lab: a root that systemd can start in, and systemd in it.

Only the standard library is used: ``lab.init`` imports this file without a virtual environment.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import uuid
from pathlib import Path

from lab import control_groups, namespaces

PROGRAM = "systemd-nspawn"
#: Where the root is while systemd-nspawn works on it; anything that was there is not seen by it.
PLACE = Path("/mnt")
NOTIFY = "/run/lab-notify"
CONSOLE = Path("/run/lab-console")
UNITS = Path("etc/systemd/system")
ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "NOTIFY_SOCKET": NOTIFY,
    # Settings of the machine's own network may be changed; those of the kernel, which all machines share, may not.
    "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "network",
}
#: Programs that make units; those of other packages would start what is installed around the lab.
GENERATORS = "lib/systemd/system-generators"
#: Nobody sits at a console, and tidying /tmp must never reach what the lab makes visible there.
MASKED = (f"{UNITS}/console-getty.service", "etc/tmpfiles.d/tmp.conf")


def why_not() -> str:
    """Why systemd cannot run on a machine here; empty when it can."""
    if shutil.which(PROGRAM, path=ENVIRONMENT["PATH"]) is None:
        return f"{PROGRAM} (systemd-container) is missing. Run: make packages"
    if not Path("/lib/systemd/systemd").exists():
        return "systemd itself is missing. Run: make packages"
    return control_groups.why_not()


def furnish(root: Path) -> None:
    """Make ``root`` one of a Debian with nothing installed but what the lab will start, and with an identity."""
    for name in (str(UNITS), "etc/init.d", *(f"etc/rc{level}.d" for level in "0123456S")):
        shutil.rmtree(root / name, ignore_errors=True)
    (root / UNITS / "multi-user.target.wants").mkdir(parents=True)
    (root / UNITS / "default.target").symlink_to("/lib/systemd/system/multi-user.target")
    makers = [one.name for one in (root / GENERATORS).iterdir() if not one.name.startswith("systemd-")]
    for masked in (*MASKED, *(f"etc/systemd/system-generators/{name}" for name in makers)):
        (root / masked).parent.mkdir(parents=True, exist_ok=True)
        (root / masked).unlink(missing_ok=True)
        (root / masked).symlink_to("/dev/null")
    (root / "etc/machine-id").write_text(f"{uuid.uuid4().hex}\n", encoding="ascii")
    (root / "etc/fstab").write_text("", encoding="ascii")
    namespaces.mount("sysfs", root / "sys", "sysfs")
    control_groups.mount_controllers(root / "sys/fs/cgroup")


def start(place: Path, name: str) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start systemd in the directory ``root`` of the mount ``place``; the socket gets ``READY=1`` when it is up."""
    namespaces.mount("proc", Path("/proc"), "proc")
    control_groups.see_own()
    namespaces.mount(str(place), PLACE, flags=namespaces.MOVE)
    # What systemd-nspawn notes about its machines is nobody else's business.
    namespaces.mount("lab", Path("/run"), "tmpfs", options="mode=755")
    notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notified.bind(NOTIFY)
    words = (
        "--quiet", "--boot", f"--directory={PLACE}/root", f"--machine={name}", "--register=no", "--keep-unit",
        "--network-namespace-path=/proc/self/ns/net", "--capability=CAP_NET_ADMIN", "--notify-ready=yes",
        "--link-journal=no", "--resolv-conf=off", "--timezone=off",
    )  # fmt: skip
    with CONSOLE.open("wb") as console:
        process = subprocess.Popen(
            [PROGRAM, *words],
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            env=ENVIRONMENT,
            start_new_session=True,
        )
    return process, notified


def last_words(lines: int = 5) -> str:
    """What systemd-nspawn and systemd have printed last."""
    text = CONSOLE.read_text(encoding="utf-8", errors="replace")
    return " / ".join(line.strip() for line in text.splitlines()[-lines:])
