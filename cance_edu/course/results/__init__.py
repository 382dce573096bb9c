"""The paper's tables beside ours (lessons 10 and 11)."""
