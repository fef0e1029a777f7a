"""Noticeboard: short notes of the staff on the organisation's site. What the plugin is, `plugin.toml` says."""
