"""Studies: how they were made, their questionnaires, results and open tables."""
