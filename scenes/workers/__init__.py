"""Who makes the films of a lecture: processes on this machine, or on a cluster, one for each film."""
