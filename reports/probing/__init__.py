"""`--probe`: one sample of each operation, and every line that the target file lacks, at once."""
