"""What can be done with conversations, one verb a file. Services know neither pages nor sockets and never commit."""
