"""Settings of plugins: for coordinators at the workplace, for the network admin at the console."""
