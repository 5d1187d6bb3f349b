"""The engine built anew for the very processor that it runs on: what that takes, the build, and the proof.

sources   which files it is built of, each by its content
bringing  gets them, through the door or out of a folder
needs     what this machine must have
build     makes the library
schemas   questions whose answers must follow a schema
proof     whether it does what the installed engine does, and faster
making    from the files to an engine in its place
"""
