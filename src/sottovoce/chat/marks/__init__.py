"""What says of a text that an AI wrote it: put into copies and exports, and read again from any of them."""
