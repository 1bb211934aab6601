"""The drawing vocabulary of the films: panels take arrays and the look, never a model or a history."""
