"""What the program says, in another language than the English of its source.

table      finds a sentence in a table of templates, and fills the translation
template   one template: a sentence with named holes
prose      tells English sentences from names, numbers and quotations
wrapping   breaks lines of text that is written without spaces
zh.json    the Chinese: each English template with its translation

The source keeps its English sentences, with values in them. At the printer a sentence is matched back to its
template, so that no other part knows of languages. Nothing is loaded where the language is English.
"""
