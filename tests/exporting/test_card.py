from atrous.exporting.card import sentences
from atrous.runtime.sessions import openvino_is_here


def test_the_readme_says_what_the_graphs_take_and_how_to_run_it(exported):
    text = (exported.folder / "README.md").read_text()
    assert text.startswith("# bag, exported: tells 2 labels apart\n")
    assert "`model.onnx` takes `ids` (int32), `lengths` (int64) and gives `logits`" in text
    assert "`stream.onnx` takes `ids`, `mask`" in text
    assert "python -m pip install -r requirements.txt" in text
    for path in exported.folder.iterdir():
        assert path.name in text or path.name == "README.md", path


def test_the_readme_of_a_tagger_says_what_its_graphs_give_and_where_its_chain_is(tagger_export):
    text = (tagger_export.folder / "README.md").read_text()
    assert text.startswith("# conv, exported: gives every token one of 3 tags\n\nTags: `B-X`, `I-X`, `O`. ")
    assert "gives `logits`, (batch, time, labels): of every word, one a step." in text
    assert "the `chain` in `export.json`" in text
    assert ("it may answer instead of onnxruntime" in text) == openvino_is_here()
    assert "`decided` (batch, time), which of them are real, and every `next_state_...`" in text


def test_what_smaller_numbers_cost_is_a_sentence_a_runtime():
    own = {"score": 0.75, "equal": 0.9876, "difference": 0.123}
    said = {"name": "int8", "data": "dev.csv", "rows": 1200, "score": "span_f1", "exact": 0.8}
    (sentence,) = sentences({**said, "runtimes": {"openvino": own}})
    assert sentence == (
        "int8 in OpenVINO, on 1,200 rows of dev.csv: span F1 0.7500 instead of 0.8000 (-0.0500), 98.76% of the answers "
        "are equal, the largest difference of a logit is 1.2e-01."
    )
    drawn = {**said, "data": None, "score": None, "runtimes": {"onnxruntime": {**own, "score": None}}}
    assert sentences(drawn)[0].startswith("int8 in onnxruntime, on 1,200 texts drawn from its vocabulary (--data FILE")
