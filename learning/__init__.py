"""Training and histories: from an Experiment to a History. Knows nothing of manim, click or scenes."""
