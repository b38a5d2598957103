"""The building blocks of all pages: shell, lists, forms, panels, palette, states, and the templates they render."""
