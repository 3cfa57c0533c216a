"""The analysis of needs: what was asked for, what there is, and what there is not."""
