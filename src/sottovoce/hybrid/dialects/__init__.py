"""The protocols that models elsewhere speak: what is sent, and what is understood. Pure."""
