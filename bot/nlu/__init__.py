"""Understanding what people ask: from the text of a message to the questions and wishes in it."""
