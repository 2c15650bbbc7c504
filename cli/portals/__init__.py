"""Commands about the portals: which there are, how to declare another, what is learned of their pages."""
