"""What the package is built with besides its sources: the starter model, and the page for browsers."""
