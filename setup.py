"""The one thing that pyproject.toml cannot say: compiled kernels, left out without a word where no compiler is."""

from setuptools import Extension, setup

NATIVE = "src/atrous/native"

setup(
    ext_modules=[
        Extension(
            "atrous.native._compiled",
            sources=[
                f"{NATIVE}/{name}.c"
                for name in ("cuts", "dropout", "module", "ngrams", "shared", "steps", "stretches", "words")
            ],
            depends=[f"{NATIVE}/compiled.h", f"{NATIVE}/cuts.h"],
            extra_compile_args=["-O3"],
            optional=True,
        )
    ]
)
