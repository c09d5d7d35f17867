"""Why a model answers what it answers: which pieces of a text moved it, and what each of its filters looks for."""
