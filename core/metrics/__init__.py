"""Figures of a running process for whoever watches over it: of the process, never of a person or an organisation."""
