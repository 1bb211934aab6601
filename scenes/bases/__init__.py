"""What films of one kind share: their runs, their panels and where these stand."""
