"""python -m sottovoce"""

from sottovoce.cli.main import main

main()
