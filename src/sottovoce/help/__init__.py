"""The help shelf: questions that people ask about such an assistant, answered word for word.

entries/  the questions in several wordings and their answers, as data, English and Chinese
shelf     reads them
words     what of a question counts, however it is worded
find      which entry a question means, and how surely
facts     what is known here, for the blanks of the answers
phrases   those facts as sentences, and the blanks filled
"""
