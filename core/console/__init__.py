"""The network admin's console: how the installation is, and never what is said in a conversation."""
