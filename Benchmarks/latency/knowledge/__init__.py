"""A Django application with the tables of the traces, for loaddata."""
