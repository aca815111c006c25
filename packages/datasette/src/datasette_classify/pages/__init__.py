"""A file for each page; page.py has what they share."""
