"""Addresses of mail and webhooks."""

from django.urls import path

from drifta.channels.views import addresses, mail, mailboxes, outbox, webhooks

urlpatterns = [
    path("mail/", mail.mails, name="mails"),
    path("mail/<int:pk>/", mail.mail, name="mail"),
    path("mail/<int:pk>/source/", mail.source, name="source"),
    path("mail/outbox/", outbox.outbox, name="outbox"),
    path("mail/outbox/<int:pk>/", outbox.outgoing, name="outgoing"),
    path("mail/server/try/", outbox.try_server, name="try-server"),
    path("mail/addresses/", addresses.addresses, name="addresses"),
    path("mail/addresses/new/", addresses.new, name="new-address"),
    path("mail/addresses/<int:pk>/", addresses.address, name="address"),
    path("mail/mailboxes/", mailboxes.mailboxes, name="mailboxes"),
    path("mail/mailboxes/new/", mailboxes.new, name="new-mailbox"),
    path("mail/mailboxes/<int:pk>/", mailboxes.mailbox, name="mailbox"),
    path("mail/mailboxes/<int:pk>/try/", mailboxes.try_mailbox, name="try-mailbox"),
    path("webhooks/", webhooks.webhooks, name="webhooks"),
    path("webhooks/new/", webhooks.new, name="new-webhook"),
    path("webhooks/<int:pk>/", webhooks.webhook, name="webhook"),
]
