"""What can be done with notes, one verb a file. Services know neither pages nor sockets and never commit."""
