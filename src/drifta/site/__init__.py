"""The site: joins the modules into one program (settings, addresses, command line)."""
