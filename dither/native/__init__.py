"""Compiled loops: numba compiles Python functions; later processes load them without numba.

Importing numba and loading one of its cached functions takes a second; loading an object file through
llvmlite takes a twentieth. So the machine code of each loop is kept as an object file, and numba is
imported only when a loop is compiled. `dither.native.loop.compiled` looks for the file in three places:

1. in the package: `scripts/compile_at_installation.py` compiles the loops of `loops.txt` while the
   project is installed;
2. in a folder of the user (`dither.native.cache`);
3. nowhere: it compiles the loop, and writes the file for the user.

`python -m dither.native` compiles all listed loops for the user; `--record` writes the list.
"""
