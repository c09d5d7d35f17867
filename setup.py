"""The one thing that pyproject.toml cannot say: compiled kernels, left out without a word where no compiler is."""

from setuptools import Extension, setup

NATIVE = "src/atrous/native"

setup(
    ext_modules=[
        Extension(
            "atrous.native._compiled",
            sources=[f"{NATIVE}/{name}.c" for name in ("dropout", "module", "ngrams", "shared", "steps", "words")],
            depends=[f"{NATIVE}/compiled.h"],
            extra_compile_args=["-O3"],
            optional=True,
        )
    ]
)
