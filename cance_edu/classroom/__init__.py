"""What a class needs: feedback on a student's function, assignments, the web book."""
