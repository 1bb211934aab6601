"""What people write in TOML: read with the line of everything, refused with the line of what is wrong."""
