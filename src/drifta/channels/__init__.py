"""Ways in and out: mail, portal, telephone, text messages."""
