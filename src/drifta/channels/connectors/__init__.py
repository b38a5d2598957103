"""What opens network connections: mail servers, mailboxes, web addresses. Imports no Django."""
