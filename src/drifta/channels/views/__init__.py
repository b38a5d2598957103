"""The pages of mail and webhooks."""
