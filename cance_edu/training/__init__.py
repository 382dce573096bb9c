"""How networks are trained: batches from anything, descent, schedules, the training loops."""
