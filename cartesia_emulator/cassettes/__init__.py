"""Conversations with the service, kept in files and replayed to tests."""
