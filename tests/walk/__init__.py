"""What the acceptance walk and the crash tests are walked with: a visitor, a post office, a web server, the words."""
