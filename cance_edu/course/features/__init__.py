"""Features that another network has learned (lesson 09)."""
