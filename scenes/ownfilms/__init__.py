"""Films of somebody's own: a Python file with a scene and its parameters, named by its path; its words beside it."""
