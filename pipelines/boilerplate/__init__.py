"""What surrounds the text of a page and does not belong to it: recognised by phrases, learned per portal,
removed."""
