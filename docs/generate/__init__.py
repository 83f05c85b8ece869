"""What of the documentation is generated from the code, as directives of Sphinx."""
