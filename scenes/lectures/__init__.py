"""Lectures: files that name films, and what it takes to make all of them. Loads neither manim, torch nor NumPy."""
