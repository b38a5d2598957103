"""The kinds of checks that come with Drifta, one file each."""
