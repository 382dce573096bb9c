"""What a figure or a widget shows, as dataclasses of arrays, computed by the theory modules.

A figure only draws such a summary and a widget only asks for one, so that every number on the
screen is computed by a plain function and tested as one.
"""
