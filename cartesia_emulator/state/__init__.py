"""What clients can make and change: voices, files, dictionaries, agents. No HTTP here."""
