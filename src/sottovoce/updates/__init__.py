"""Keeping up without a network: signed bundles of models, shelves and rules, on a stick or in a folder."""
