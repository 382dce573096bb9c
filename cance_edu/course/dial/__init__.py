"""The K dial: what you brought and what you learned trade places, and the sum hardly moves."""
