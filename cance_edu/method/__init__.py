"""The paper and nothing else: each equation is one short public function, in the paper's order."""
