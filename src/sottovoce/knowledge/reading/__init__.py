"""From a file of any kind to a Reading, in a process that could do no harm if the file took it over."""
