"""What Drifta tells about itself: alive, ready, measures."""
