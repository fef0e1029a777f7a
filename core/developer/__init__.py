"""The developers' page: the way that requests of this process went. There only where the ini file switches it on."""
