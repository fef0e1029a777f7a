"""How long things stay, as the coordinator of an organisation and the network admin see and choose it."""
