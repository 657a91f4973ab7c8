"""Compiled loops: numba compiles Python functions; later processes load them without numba.

Importing numba and loading one of its cached functions takes a second; loading an object file through
llvmlite takes a twentieth. So `dither.native.loop.compiled` keeps the machine code of each loop as an
object file in a folder of the user (`dither.native.cache`), and numba is imported only when a loop is
compiled.

`python -m dither.native` compiles all loops at once, for example after an installation.
"""
