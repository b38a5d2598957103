"""The four mechanisms every module stands on: actions, events, permissions, registries; and what they need."""
