"""Where measurements and states are written: the one documented exception of the write guard.

They come in thousands a second, as columns; neither permission nor optimistic versions apply to them. What
follows from them (alerts, tickets) goes through actions.
"""
