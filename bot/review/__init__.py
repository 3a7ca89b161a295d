"""What staff read and do: the queue, a person's record, and the work on it. Knows no web."""
