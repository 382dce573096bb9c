"""What the lessons show; a folder a topic: its summary (arrays), figure and explorer."""
