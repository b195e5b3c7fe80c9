"""What only the notebooks need: proofs, figures, exercises and the commands of the course."""
