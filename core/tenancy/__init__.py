"""Organisations: who they are, their hosts, brands and plugins, and the session that sees only their rows."""
