"""One file a film."""
