"""Secrets at rest: sealed, opened again, and still readable after the keys were changed."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from drifta.kernel import guard, secrets
from drifta.kernel.keys import key_in
from drifta.kernel.models import DataKey


@pytest.fixture(autouse=True)
def _keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(django_settings, "MASTER_KEY_FILE", tmp_path / "keys" / "master.key")
    monkeypatch.setattr(django_settings, "SIGNING_KEY_FILE", tmp_path / "keys" / "signing.key")


@pytest.mark.django_db
def test_what_is_sealed_can_be_opened_and_not_read() -> None:
    sealed = secrets.seal("hemligt lösenord")
    assert secrets.is_sealed(sealed)
    assert "hemligt" not in sealed
    assert secrets.unseal(sealed) == "hemligt lösenord"
    assert secrets.seal("hemligt lösenord") != sealed


@pytest.mark.django_db
def test_rotation_keeps_old_values_and_signatures() -> None:
    sealed, signature = secrets.seal("före"), secrets.derive("mail")
    before = Path(django_settings.MASTER_KEY_FILE).read_text()
    assert secrets.rotate() == 1
    assert Path(django_settings.MASTER_KEY_FILE).read_text() != before
    assert secrets.unseal(sealed) == "före"
    assert secrets.derive("mail") == signature
    assert secrets.seal("efter").split(":")[2] != sealed.split(":")[2]


@pytest.mark.django_db
def test_a_rotation_cut_off_before_its_last_step_loses_nothing() -> None:
    sealed = secrets.seal("kvar")
    master = Path(django_settings.MASTER_KEY_FILE)
    old = master.read_text()
    secrets.rotate()
    master.rename(master.with_suffix(".incoming"))  # as if the process had died before the file was moved
    master.write_text(old)
    assert secrets.unseal(sealed) == "kvar"
    secrets.rotate()
    assert secrets.unseal(sealed) == "kvar"


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["plain", "sealed:1:", "sealed:1:99:AAAA", "sealed:1:x:y", "sealed:1:1:%%%"])
def test_what_cannot_be_opened_says_so(value: str) -> None:
    with pytest.raises(secrets.Unreadable):
        secrets.unseal(value)


@pytest.mark.django_db
def test_a_foreign_master_key_opens_nothing() -> None:
    sealed = secrets.seal("hemligt")
    Path(django_settings.MASTER_KEY_FILE).unlink()
    with pytest.raises(secrets.Unreadable, match="key file"):
        secrets.unseal(sealed)
    with guard.writing():
        DataKey.objects.all().delete()
    with pytest.raises(secrets.Unreadable):
        secrets.unseal(sealed)


def test_threads_that_need_a_key_at_once_get_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2)
    make = os.urandom

    def random(size: int) -> bytes:
        both.wait(60)  # until the other, too, has found no key
        return make(size)

    monkeypatch.setattr(os, "urandom", random)
    with ThreadPoolExecutor(2) as threads:
        found = set(threads.map(key_in, [tmp_path / "some.key"] * 2))
    assert found == {key_in(tmp_path / "some.key")}
    assert [len(key) for key in found] == [32]


def test_a_key_file_is_made_once_and_is_private(tmp_path: Path) -> None:
    file = tmp_path / "new" / "some.key"
    assert key_in(file) == key_in(file)
    assert len(key_in(file)) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["some.key"]
