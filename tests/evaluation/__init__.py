"""Quality on labelled data: predictions for a data folder, scored by the scorers that lie in it."""
