"""Tests of the chat: they go with the plugin wherever it goes."""
