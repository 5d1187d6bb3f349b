"""An encyclopaedia: a ZIM file as Kiwix makes them, asked through the index that is inside it."""
