"""Settings: stored by name, and only those that exist."""

import pytest

from drifta.channels.settings import MailSettings
from drifta.kernel import settings
from drifta.kernel.actions import Refused
from drifta.kernel.actor import SYSTEM


def test_a_setting_is_stored_and_the_others_stay(house):
    settings.change(SYSTEM, section=MailSettings.section, values={"smtp_host": "mail.norrvik.example"})
    settings.change(SYSTEM, section=MailSettings.section, values={"smtp_port": 2525})
    found = settings.get(MailSettings)
    assert (found.smtp_host, found.smtp_port) == ("mail.norrvik.example", 2525)


def test_a_name_that_is_no_setting_is_refused_and_nothing_changes(house):
    with pytest.raises(Refused, match="smtp_password"):
        settings.change(SYSTEM, section=MailSettings.section, values={"smtp_host": "x.example", "smtp_password": "y"})
    assert settings.get(MailSettings).smtp_host == ""
