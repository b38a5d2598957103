"""The REST interface of the whole house."""
