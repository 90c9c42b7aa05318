"""The commands of `python -m reports`: one module each, found by itself.

A module of this folder that has a `run` is a command of its name.
"""
