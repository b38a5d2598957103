"""The office: two sites of a small Nordic municipality and its harbour, with everything they run.

This file only says what there is; ``lab/building.py`` builds it, ``lab/people.py`` has the people.
"""

from __future__ import annotations

from lab.description import Host, Link, Office, Site
from lab.people import BRANCH, DOMAIN, HEADQUARTERS
from lab.servers import Server
from lab.servers.backup_target import BackupTarget
from lab.servers.bind9 import Bind9
from lab.servers.chrony import Chrony
from lab.servers.cups import Cups
from lab.servers.dnsmasq import Dnsmasq
from lab.servers.dovecot import Dovecot
from lab.servers.freeradius import Freeradius
from lab.servers.frr import Frr
from lab.servers.intranet import Intranet
from lab.servers.kea import Kea
from lab.servers.lldpd import Lldpd
from lab.servers.nginx import Nginx
from lab.servers.opensmtpd import Opensmtpd
from lab.servers.postgresql import Postgresql
from lab.servers.printer import Printer, uri
from lab.servers.radicale import Radicale
from lab.servers.samba_ad import SambaAd
from lab.servers.samba_files import SambaFiles
from lab.servers.slapd import Slapd
from lab.servers.snmpd import Snmpd
from lab.servers.sshd import Sshd

NORTH = "10.20.0"
WEST = "10.30.0"
LINE = ("10.10.0.1", "10.10.0.2")
NAMES = f"{NORTH}.14"
QUEUES = {HEADQUARTERS: "kontoret", BRANCH: "hamnen"}

WATCHED: tuple[Server, ...] = (Snmpd(), Lldpd())
#: What every server has besides its work.
BASICS: tuple[Server, ...] = (Sshd(), *WATCHED)

#: Names in the domain, for the name server.
ADDRESSES = {
    "www": f"{NORTH}.11", "intranet": f"{NORTH}.11", "web": f"{NORTH}.11", "files": f"{NORTH}.12",
    "mail": f"{NORTH}.13", "calendar": f"{NORTH}.13", "time": NAMES, "ldap": f"{NORTH}.15", "radius": f"{NORTH}.15",
    "dc1": f"{NORTH}.16", "print": f"{NORTH}.17", "watch": f"{NORTH}.40", "backup": f"{WEST}.12",
    "router-norrvik": f"{NORTH}.1", "switch-norrvik": f"{NORTH}.2", "printer1": f"{NORTH}.31",
    "router-sorfjord": f"{WEST}.1", "switch-sorfjord": f"{WEST}.2", "printer2": f"{WEST}.31",
}  # fmt: skip

NORRVIK = Site(
    name=HEADQUARTERS,
    network=NORTH,
    resolver=NAMES,
    needs=("names",),
    router=Host(
        "router-norrvik", 1, (*BASICS, Frr(65001, networks=(f"{NORTH}.0/24",), neighbours=((LINE[1], 65002),)))
    ),
    switch=Host("switch-norrvik", 2, WATCHED),
    hosts=(
        Host(
            "names",
            14,
            (
                *BASICS,
                Bind9(ADDRESSES),
                Kea(f"{NORTH}.0/24", f"{NORTH}.100-{NORTH}.199", f"{NORTH}.1", NAMES),
                Chrony(),
            ),
            systemd=True,
        ),
        Host("dc1", 16, (*BASICS, SambaAd())),
        Host(
            "web",
            11,
            (
                *BASICS,
                Postgresql(),
                Intranet("127.0.0.1"),
                Nginx("http://127.0.0.1:8000", f"intranet.{DOMAIN}", "Anslagstavlan"),
            ),
            systemd=True,
        ),
        Host("files", 12, (*BASICS, SambaFiles()), disks=(("/srv", "size=64m,nr_inodes=4000"),), systemd=True),
        Host(
            "mail",
            13,
            (*BASICS, Dovecot(), Opensmtpd("127.0.0.1:24"), Radicale()),
            disks=(("/var/vmail", "size=64m"),),
            systemd=True,
        ),
        Host("directory", 15, (*BASICS, Slapd(), Freeradius())),
        Host(
            "print",
            17,
            (*BASICS, Cups(((QUEUES[HEADQUARTERS], uri(f"{NORTH}.31")), (QUEUES[BRANCH], uri(f"{WEST}.31"))))),
        ),
        Host("printer1", 31, (*WATCHED, Printer())),
        Host("watch", 40, BASICS),
        Host("work1", 0),
        Host("work2", 0),
    ),
)

SORFJORD = Site(
    name=BRANCH,
    network=WEST,
    resolver=f"{WEST}.1",
    needs=("names",),
    router=Host(
        "router-sorfjord",
        1,
        (
            *BASICS,
            Frr(65002, networks=(f"{WEST}.0/24",), neighbours=((LINE[0], 65001),)),
            Dnsmasq(first=f"{WEST}.100", last=f"{WEST}.199", upstream=(NAMES,)),
        ),
    ),
    switch=Host("switch-sorfjord", 2, WATCHED),
    hosts=(
        Host("backup", 12, (*BASICS, BackupTarget()), disks=(("/srv", "size=64m"),), systemd=True),
        Host("printer2", 31, (*WATCHED, Printer())),
        Host("work3", 0),
    ),
)

OFFICE = Office(sites=(NORRVIK, SORFJORD), links=(Link((HEADQUARTERS, BRANCH), LINE),), domain=DOMAIN)
