"""What is personal in a text, what stands for it when it leaves, and how it comes back: pure."""
