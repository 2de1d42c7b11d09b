"""Reading what people hand in: CSV and Excel, in the encodings and the spellings that Japanese offices use."""
