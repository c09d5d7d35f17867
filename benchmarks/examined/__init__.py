"""What docs/questions.md answers, measured: each part a module with sections; `benchmarks/questions.py` runs them."""

from . import causal, dilation, gradients, joined

PARTS = {"joined": joined, "causal": causal, "dilation": dilation, "gradients": gradients}
