"""Boilerplate around the text of a page (navigation, share buttons, disclaimers): recognised by phrases,
learned per portal, removed."""
