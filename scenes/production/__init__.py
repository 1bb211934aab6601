"""Where films are made: frames, files, caches. The only place that sets manim's configuration."""
