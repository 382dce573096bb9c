"""What K does, and what moves it (lesson 06)."""
