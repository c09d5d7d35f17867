def test_the_readme_says_what_the_graphs_take_and_how_to_run_it(exported):
    text = (exported.folder / "README.md").read_text()
    assert text.startswith("# bag, exported: tells 2 labels apart\n")
    assert "`model.onnx` takes `ids` (int32), `lengths` (int64) and gives `logits`" in text
    assert "`stream.onnx` takes `ids`, `mask`" in text
    assert "python -m pip install -r requirements.txt" in text
    for path in exported.folder.iterdir():
        assert path.name in text or path.name == "README.md", path
