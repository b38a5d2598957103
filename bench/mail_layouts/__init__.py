"""The layouts of the public corpora that ``bench.mail`` understands."""
