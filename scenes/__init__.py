"""Films of training runs: panels, films, and how they become files. Knows nothing of torch."""
